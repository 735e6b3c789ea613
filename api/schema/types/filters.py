"""The filters of lists."""

from collections.abc import Mapping
from typing import Any, Self

import strawberry
from strawberry.utils.str_converters import to_snake_case

from api.schema.enums import LicenseState
from api.schema.ids import decode_id
from models.reads.conditions import Condition
from models.reads.licenses import license_conditions
from models.reads.users import user_conditions


class Filter:
    """A filter of a list."""

    def conditions(self) -> list[Condition]:
        """The filter as conditions of a statement."""
        raise NotImplementedError

    @classmethod
    def wanted(cls, arguments: Mapping[str, Any]) -> list[Condition]:
        """The conditions of a list's arguments, as graphql-core has them."""
        return cls._given(arguments.get("filter") or {}).conditions()

    @classmethod
    def _given(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{to_snake_case(name): value for name, value in values.items()})


@strawberry.input(description="Which users. Conditions given together must all hold.")
class UserFilter(Filter):
    """Which users."""

    search: str | None = strawberry.field(
        default=None,
        description="Only users who have each of its words somewhere in the name or the e-mail address, in any"
        " order. Case, accents and other ways to spell the same make no difference: zoe finds Zoé, and"
        " x@bücher.example finds x@xn--bcher-kva.example. All when blank; nobody when it is longer than 1 000"
        " characters or 20 words.",
    )
    licensed: bool | None = strawberry.field(
        default=None, description="True: only users with a license; false: only those without."
    )
    package_code: str | None = strawberry.field(
        default=None,
        description="Only users who hold a license of this package, e.g. PRO, in any case; the code of no package is"
        " refused with INVALID_INPUT.",
    )

    def conditions(self) -> list[Condition]:
        """The filter as conditions on users."""
        return user_conditions(self.search, self.licensed, self.package_code)


@strawberry.input(description="Which licenses. Conditions given together must all hold.")
class LicenseFilter(Filter):
    """Which licenses."""

    state: LicenseState | None = strawberry.field(default=None, description="Only licenses in this state.")
    package_code: str | None = strawberry.field(
        default=None,
        description="Only licenses of this package, e.g. PRO, in any case; the code of no package is refused with"
        " INVALID_INPUT.",
    )
    user_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only licenses that this user holds or held."
    )

    def conditions(self) -> list[Condition]:
        """The filter as conditions on licenses. Raises NotFound."""
        user_id = None if self.user_id is None else decode_id("User", self.user_id)
        return license_conditions(self.state, self.package_code, user_id)
