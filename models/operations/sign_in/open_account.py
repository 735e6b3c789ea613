"""Opening an account for a business."""

from dataclasses import dataclass
from datetime import timedelta

from models.access.anonymous_caller import AnonymousCaller
from models.database.clock import now
from models.database.connection import transaction
from models.errors import InvalidInput
from models.events import commit_listeners
from models.events.events import EventType, record_event
from models.limits.rate_limits import Allowance, spend, spend_from
from models.rules.inputs import Inputs
from models.rules.new_users import save_new_user
from models.rules.unproven_accounts import displace_lapsed
from models.tables import Account, Domain, DomainState, Role, User
from models.text.domain_names import unclaimable_reason
from models.text.mailboxes import domain_of, mailbox_of

AN_HOUR = timedelta(hours=1)
# Limits of mails to one mailbox and one domain, independent of the client's address.
ACCOUNTS_OF_A_MAILBOX = Allowance("accounts of a mailbox", 10, AN_HOUR)
ACCOUNTS_OF_A_DOMAIN = Allowance("accounts of a domain", 200, AN_HOUR)


@dataclass(frozen=True)
class AccountOpened:
    """The new account and its first administrator."""

    account: Account
    user: User


async def open_account(
    *, company_name: str, email: str, first_name: str, last_name: str, locale: str, caller: AnonymousCaller | None
) -> AccountOpened:
    """Open an account; its first user is its administrator and is mailed a sign-in link.

    It is unproven until that link is followed, and takes the place of one with this address that has lapsed. The
    domain of the address must not be approved for an account. `caller` is None for the operator, who may open any
    number of any domain; those are proven. Raises InvalidInput, RateLimited, EmailTaken.
    """
    inputs = Inputs()
    name = inputs.text("companyName", company_name, most=200)
    user = User(
        email=inputs.email("email", email),
        first_name=inputs.text("firstName", first_name, most=100),
        last_name=inputs.text("lastName", last_name, most=100),
        locale=inputs.locale("locale", locale),
        role=Role.ADMINISTRATOR,
        created_at=now(),
    )
    if caller is not None:
        for field, typed in (("companyName", name), ("firstName", user.first_name), ("lastName", user.last_name)):
            inputs.without_web_address(field, typed)
    inputs.refuse_bad()
    if caller is not None:
        # Each call mails a person that may not have asked for it, and reveals whether an address is taken.
        await spend_from(Allowance("accounts of a caller", caller.accounts, AN_HOUR), caller.networks)
        await spend(ACCOUNTS_OF_A_MAILBOX, mailbox_of(user.email))
        # Users of a public mailbox provider have nothing else in common.
        if unclaimable_reason(domain_of(user.email)) is None:
            await spend(ACCOUNTS_OF_A_DOMAIN, domain_of(user.email))
        await spend(Allowance("accounts", caller.all_accounts, AN_HOUR), "all callers")
    async with transaction():
        account = await Account.create(name=name, created_at=now(), confirmed_at=None if caller else now())
        user.account_id = account.id
        await save_new_user(user, displace=lambda email: displace_lapsed(email, now()))
        if caller is not None:
            await _require_free_domain(domain_of(user.email))
        await record_event(account, EventType.ACCOUNT_OPENED, by=user.id, data={"user_id": user.id, "name": name})
    commit_listeners.publish(account.id)
    return AccountOpened(account, user)


async def _require_free_domain(name: str) -> None:
    if await Domain.filter(name=name, state=DomainState.APPROVED).exists():
        text = (
            f"The domain {name} is approved for an account here. Ask the administrators of that account to add you."
        )
        raise InvalidInput([(("email",), text)])
