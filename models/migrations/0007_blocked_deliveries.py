"""Deliveries that wait for an earlier one to the same person are marked, so that claims pass over them.

The triggers keep the mark for processes of the version before as well.
"""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrating.build_indexes import BuildIndexes
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.steps import Statements

INDEXES = {
    "deliveries_claim_idx": "deliveries (in_order, due_at, id)"
    " WHERE sent_at IS NULL AND failed_at IS NULL AND NOT blocked",
}

_COLUMN = "ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS blocked boolean NOT NULL DEFAULT false"

# Functions see what was committed until now, also what the statement that fires them does not see yet. They read in the
# order of the index of what is open: PostgreSQL takes a backlog that it has not counted yet for one row, and would sort
# all that is open, or all that the person was ever sent.
_BLOCK = """
CREATE OR REPLACE FUNCTION block_delivery() RETURNS trigger LANGUAGE plpgsql
    SET enable_sort = off SET enable_incremental_sort = off AS $$
BEGIN
    -- An earlier one that is locked may be ending: waiting could be a deadlock, and claims look again.
    PERFORM FROM deliveries
    WHERE (recipient_id, id) >= (NEW.recipient_id, '00000000-0000-0000-0000-000000000000'::uuid)
        AND (recipient_id, id) < (NEW.recipient_id, NEW.id)
        AND in_order AND sent_at IS NULL AND failed_at IS NULL
    ORDER BY recipient_id DESC, id DESC LIMIT 1 FOR SHARE SKIP LOCKED;
    NEW.blocked := FOUND;
    RETURN NEW;
END $$
"""
_UNBLOCK = """
CREATE OR REPLACE FUNCTION unblock_next_delivery() RETURNS trigger LANGUAGE plpgsql
    SET enable_sort = off SET enable_incremental_sort = off AS $$
BEGIN
    -- Whether or not it is marked: a claim that is marking it is waited for.
    UPDATE deliveries SET blocked = false WHERE id = (
        SELECT id FROM deliveries
        WHERE (recipient_id, id) >= (NEW.recipient_id, '00000000-0000-0000-0000-000000000000'::uuid)
            AND (recipient_id, id) <= (NEW.recipient_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
            AND in_order AND sent_at IS NULL AND failed_at IS NULL
        ORDER BY recipient_id, id LIMIT 1
    );
    RETURN NULL;
END $$
"""
# First, so that nothing is marked that nobody would free.
_UNBLOCKS = """
CREATE OR REPLACE TRIGGER deliveries_unblock AFTER UPDATE OF sent_at, failed_at, in_order ON deliveries
    FOR EACH ROW WHEN (
        OLD.in_order AND OLD.sent_at IS NULL AND OLD.failed_at IS NULL
        AND NOT (NEW.in_order AND NEW.sent_at IS NULL AND NEW.failed_at IS NULL)
    )
    EXECUTE FUNCTION unblock_next_delivery()
"""
_BLOCKS = """
CREATE OR REPLACE TRIGGER deliveries_block BEFORE INSERT ON deliveries
    FOR EACH ROW WHEN (NEW.in_order AND NEW.sent_at IS NULL AND NEW.failed_at IS NULL)
    EXECUTE FUNCTION block_delivery()
"""


class Migration(SchemaChange):
    dependencies = [("models", "0006_carts_of_keys")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        Statements(
            _COLUMN,
            _BLOCK,
            _UNBLOCK,
            _UNBLOCKS,
            _BLOCKS,
            declares=[ops.AddField("Delivery", "blocked", fields.BooleanField(default=False))],
        ),
        BuildIndexes(INDEXES),
    ]
