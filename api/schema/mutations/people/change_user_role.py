"""changeUserRole."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.enums import Role
from api.schema.errors import LastAdministratorError, NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.people import User
from models.operations.people import change_user_role as operation


@strawberry.input(description="Whose role, and the new one.")
class ChangeUserRoleInput:
    user_id: strawberry.ID = strawberry.field(description="A user of the account.")
    role: Role = strawberry.field(description="The role from now on.")


@strawberry.type(description="The user has the role; the same role again changes nothing.")
class UserRoleChanged:
    user: User = strawberry.field(description="The user with the role.")


ChangeUserRolePayload = Annotated[
    UserRoleChanged | LastAdministratorError | NotFoundError | NotPermittedError,
    strawberry.union("ChangeUserRolePayload", description="What changeUserRole answers."),
]


@mutation
async def change_user_role(
    info: Info,
    input: Annotated[ChangeUserRoleInput, strawberry.argument(description="What to change.")],
) -> ChangeUserRolePayload:
    """Makes a user administrator or standard; the last administrator stays one. Needs MANAGE_ROLES."""
    user = await operation.change_user_role(
        info.context.require_viewer(), user_id=decode_id("User", input.user_id), role=input.role
    )
    return UserRoleChanged(user=User.of(user))
