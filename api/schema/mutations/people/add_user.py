"""addUser."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.enums import Role
from api.schema.errors import (
    DomainNotApprovedError,
    EmailTakenError,
    InvalidInputError,
    NotPermittedError,
    RateLimitedError,
)
from api.schema.mutations.mutation import mutation
from api.schema.types.people import User
from models.operations.people import add_user as operation


@strawberry.input(description="The person to add.")
class AddUserInput:
    email: str = strawberry.field(description="An address of an approved domain of the account.")
    first_name: str = strawberry.field(description="1 to 100 characters.")
    last_name: str = strawberry.field(description="1 to 100 characters.")
    locale: str | None = strawberry.field(
        default="en",
        description="Any BCP 47 tag, e.g. what a browser calls its language; the nearest known locale is kept: en-JP"
        " is kept as en. A language that has no data is kept as English, one that does not exist is refused.",
    )
    role: Role | None = strawberry.field(
        default=Role.STANDARD, description="What they may do. Needs MANAGE_ROLES as well, for an administrator."
    )


@strawberry.type(description="The user was added; give them a license with assignLicense.")
class UserAdded:
    user: User = strawberry.field(description="The new user.")


AddUserPayload = Annotated[
    UserAdded | InvalidInputError | DomainNotApprovedError | EmailTakenError | NotPermittedError | RateLimitedError,
    strawberry.union("AddUserPayload", description="What addUser answers."),
]


@mutation
async def add_user(
    info: Info,
    input: Annotated[AddUserInput, strawberry.argument(description="Whom to add.")],
) -> AddUserPayload:
    """Adds a person whose e-mail domain is approved for the account. Needs MANAGE_USERS, and MANAGE_ROLES for an
    administrator.
    """
    user = await operation.add_user(
        info.context.require_viewer(),
        email=input.email,
        first_name=input.first_name,
        last_name=input.last_name,
        locale="en" if input.locale is None else input.locale,
        role=input.role or Role.STANDARD,
    )
    return UserAdded(user=User.of(user))
