"""The facts of one notice: the rows that it names, and its secret links."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mailers.config import MailConfig
from models.access.credentials import issue_token
from models.access.secrets import derived_secret
from models.database.clock import now
from models.events.outbox import StoredEvent
from models.operations.sign_in.request_sign_in import SIGN_IN_LINK_LIFETIME
from models.reads.packages import package_by_id
from models.tables import Account, Delivery, Package, TokenPurpose, User

ACTIVATION_LINK_LIFETIME = timedelta(days=14)


class Obsolete(Exception):
    """The notice is obsolete and must not be sent."""


@dataclass(frozen=True)
class Notice:
    """A delivery with its event, recipient and account, and the acting user, if there is one."""

    delivery: Delivery
    event: StoredEvent
    recipient: User
    account: Account
    actor: User | None
    config: MailConfig

    @property
    def common_facts(self) -> dict[str, object]:
        """The facts of every mail that names its recipient."""
        return {"first_name": self.recipient.first_name, "account_name": self.account.name}

    async def actor_name(self) -> str:
        """The full name of the acting user; without one, the account's name."""
        return self.actor.full_name if self.actor else self.account.name

    async def user_name(self, key: str) -> str:
        """The full name of a user whose id the event keeps under this key."""
        return (await User.get(id=UUID(self.event.data[key]))).full_name

    async def package(self, key: str = "package_id") -> Package:
        """The package whose id the event keeps under this key."""
        return await package_by_id(UUID(self.event.data[key]))

    async def package_name(self, key: str = "package_id") -> str:
        """Its name, in the recipient's language."""
        return (await self.package(key)).name_in(self.recipient.locale)

    async def package_facts(self) -> dict[str, object]:
        """Name and description of the event's package, in the recipient's language."""
        package = await self.package()
        return {
            "package": package.name_in(self.recipient.locale),
            "package_description": package.description_in(self.recipient.locale),
        }

    async def sign_in_link(self) -> dict[str, object]:
        """A single-use sign-in link. Raises Obsolete if it has expired."""
        expires_at = self.event.occurred_at + SIGN_IN_LINK_LIFETIME
        if expires_at <= now():
            raise Obsolete("the sign-in link expired before it could be sent")
        return await self._link("sign-in", TokenPurpose.SIGN_IN, expires_at)

    async def activation_link(self) -> dict[str, object]:
        """A link that activates the event's license, and where to install what it licenses."""
        link = await self._link(
            "activate",
            TokenPurpose.ACTIVATE,
            self.event.occurred_at + ACTIVATION_LINK_LIFETIME,
            license_id=UUID(self.event.data["license_id"]),
        )
        return link | {"install_url": self.config.install_url}

    async def _link(
        self,
        path: str,
        purpose: TokenPurpose,
        expires_at: datetime,
        license_id: UUID | None = None,
    ) -> dict[str, object]:
        secret = derived_secret(self.config.secret_key, purpose, self.delivery.id)
        await issue_token(
            secret,
            purpose,
            self.recipient,
            expires_at=expires_at,
            license_id=license_id,
            event_id=self.event.id,
        )
        link = f"{self.config.public_url}/{path}?token={secret}"
        return {"link": link, "expires_at": expires_at}
