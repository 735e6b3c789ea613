"""openAccount."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import EmailTakenError, InvalidInputError, RateLimitedError
from api.schema.mutations.mutation import mutation
from api.schema.types.account import Account
from models.operations.sign_in import open_account as operation


@strawberry.input(description="The business, and its first administrator.")
class OpenAccountInput:
    company_name: str = strawberry.field(description="1 to 200 characters, and no address of the web.")
    email: str = strawberry.field(
        description="The administrator's address; the sign-in link goes there. Of a domain that is approved for an"
        " account it opens nothing: ask the administrators of that account to be added."
    )
    first_name: str = strawberry.field(description="1 to 100 characters, and no address of the web.")
    last_name: str = strawberry.field(description="1 to 100 characters, and no address of the web.")
    locale: str | None = strawberry.field(
        default="en",
        description="Any BCP 47 tag, e.g. what a browser calls its language; the nearest known locale is kept: en-JP"
        " is kept as en. A language that has no data is kept as English, one that does not exist is refused.",
    )


@strawberry.type(
    description="The account is open; a sign-in link is on its way. Until a link is followed it does not own its"
    " address for good: it gives way to the account that the address's domain is approved for and, once no link of it"
    " works, to the next account that is opened with the address; a week later it is deleted."
)
class AccountOpened:
    account: Account = strawberry.field(description="The new account.")


OpenAccountPayload = Annotated[
    AccountOpened | InvalidInputError | EmailTakenError | RateLimitedError,
    strawberry.union("OpenAccountPayload", description="What openAccount answers."),
]


@mutation
async def open_account(
    info: Info,
    input: Annotated[OpenAccountInput, strawberry.argument(description="Who opens it.")],
) -> OpenAccountPayload:
    """Opens an account for a business; its first user becomes administrator. Mails a sign-in link. Needs no sign-in.
    Unlike requestSignIn it tells whether the address is a user's; the calls of one client address are limited.
    """
    opened = await operation.open_account(
        company_name=input.company_name,
        email=input.email,
        first_name=input.first_name,
        last_name=input.last_name,
        locale="en" if input.locale is None else input.locale,
        caller=info.context.caller(),
    )
    return AccountOpened(account=Account.of(opened.account))
