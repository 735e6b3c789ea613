"""Adding the row of a user, whose address no other user may have."""

from collections.abc import Awaitable, Callable

from tortoise.exceptions import IntegrityError

from models.database.connection import savepoint
from models.errors import EmailTaken
from models.tables import User
from models.text.search_text import search_text


async def save_new_user(user: User, *, displace: Callable[[str], Awaitable[bool]]) -> None:
    """Insert a user, in the place of an unproven account's where `displace` deletes it. Raises EmailTaken."""
    try:
        await _insert(user)
    except EmailTaken:
        if not await displace(user.email):
            raise
        await _insert(user)


async def _insert(user: User) -> None:
    """Insert a user. Raises EmailTaken: the unique index decides, so two at once cannot both pass."""
    user.search_text = search_text(user.first_name, user.last_name, user.email)
    try:
        async with savepoint():
            await user.save(force_create=True)
    except IntegrityError as error:
        if "users_email_key" in str(error):
            raise EmailTaken from error
        raise
