"""The index by which the oldest notice that waits is found, however many wait and were sent."""

from models.migrating.build_indexes import BuildIndexes
from models.migrating.schema_change import Kind, SchemaChange

INDEXES = {"deliveries_open_idx": "deliveries (id) WHERE sent_at IS NULL AND failed_at IS NULL"}


class Migration(SchemaChange):
    dependencies = [("models", "0010_search_entries")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [BuildIndexes(INDEXES)]
