"""The same key with the same input gets the first answer again; with another input it is refused."""

import hashlib
from typing import Any
from uuid import UUID

from models.database.clock import now
from models.database.json import to_json
from models.errors import IdempotencyMismatch, InvalidInput
from models.tables import Account, IdempotencyRecord

MAX_KEY_LENGTH = 255


def check_key(key: str) -> None:
    """Raise InvalidInput unless the key has 1 to 255 printable ASCII characters."""
    if not (1 <= len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise InvalidInput([(("idempotencyKey",), f"Use 1 to {MAX_KEY_LENGTH} printable ASCII characters.")])


async def find_record(account: Account, operation: str, key: str, values: dict[str, Any]) -> IdempotencyRecord | None:
    """The record of an earlier call with this key, under the account's lock. Raises IdempotencyMismatch."""
    record = await IdempotencyRecord.get_or_none(account_id=account.id, operation=operation, key=key)
    if record is not None:
        require_same_input(record.input_hash, input_hash(values))
    return record


def require_same_input(recorded: bytes, given: bytes | None) -> None:
    """Compare two hashes of inputs. Raises IdempotencyMismatch."""
    if bytes(recorded) != given:
        raise IdempotencyMismatch


async def keep_record(
    account: Account,
    operation: str,
    key: str,
    values: dict[str, Any],
    *,
    answer: dict[str, Any] | None,
    payment_id: UUID | None = None,
) -> None:
    """Store the answer (or that one is under way) in the transaction of the change itself."""
    await IdempotencyRecord.create(
        account_id=account.id,
        operation=operation,
        key=key,
        input_hash=input_hash(values),
        answer=answer,
        payment_id=payment_id,
        created_at=now(),
    )


def input_hash(values: dict[str, Any]) -> bytes:
    """The hash of an input, to compare repeated calls."""
    return hashlib.sha256(to_json(values).encode()).digest()
