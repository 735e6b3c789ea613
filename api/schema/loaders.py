"""Data loaders: a relation of many rows is read by one statement."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from engine.breadth_first.loaders import Loader
from models.events.seat_changes import seat_changes_by_id
from models.reads.api_keys import api_keys_by_id, secrets_by_api_key
from models.reads.domains import domains_by_id
from models.reads.inventory import pools_by_package
from models.reads.licenses import licenses_by_id, live_licenses_by_user
from models.reads.packages import packages_by_id
from models.reads.purchases import lines_by_purchase, payment_by_purchase, purchases_by_id
from models.reads.sessions import sessions_by_id
from models.reads.users import users_by_id
from models.rules.carts import carts_by_owner
from models.tables import Package

Found = TypeVar("Found")
AccountRead = Callable[[UUID, Sequence[UUID]], Awaitable[Mapping[UUID, Found]]]


class Loaders:
    """The loaders of one account in one operation; they read only rows of the account."""

    def __init__(self, account_id: UUID) -> None:
        self._account_id = account_id
        self.users = self._of_account(users_by_id)
        self.licenses = self._of_account(licenses_by_id)
        self.live_license_of_user = self._of_account(live_licenses_by_user)
        self.purchases = self._of_account(purchases_by_id)
        self.lines_of_purchase = self._of_account(lines_by_purchase)
        self.payment_of_purchase = self._of_account(payment_by_purchase)
        self.domains = self._of_account(domains_by_id)
        self.pools = self._of_account(pools_by_package)
        self.seat_events = self._of_account(seat_changes_by_id)
        self.sessions = self._of_account(sessions_by_id)
        self.api_keys = self._of_account(api_keys_by_id)
        self.secrets_of_api_key = self._of_account(secrets_by_api_key)
        self.carts = self._of_account(carts_by_owner)

    def _of_account(self, read: AccountRead[Found]) -> Loader[UUID, Found]:
        return Loader(partial(read, self._account_id))


def package_loader() -> Loader[UUID, Package]:
    """A loader of packages, which belong to no account."""
    return Loader(packages_by_id)
