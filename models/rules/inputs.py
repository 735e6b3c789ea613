"""Validating inputs. Each function returns the clean value or adds to the list of bad fields."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from models.access.networks import network
from models.database.clock import now
from models.errors import InvalidInput
from models.permissions import Permission
from models.text.domain_names import domain_name, unclaimable_reason
from models.text.locales import FALLBACK, nearest_locale
from models.text.typed_text import has_control_characters, is_blank, tidied
from models.text.web_addresses import has_web_address

MAX_QUANTITY = 10_000
MAX_EMAIL = 254
MAX_NETWORKS = 20
_ENCODED_WORD = re.compile(r"=\?.*\?.*\?.*\?=")


class Inputs:
    """Collects every bad field of one input, then refuses once with all of them."""

    def __init__(self) -> None:
        self.bad: list[tuple[tuple[str, ...], str]] = []

    def refuse_bad(self) -> None:
        """Raise InvalidInput when anything was bad."""
        if self.bad:
            raise InvalidInput(self.bad)

    def text(self, field: str, value: str, *, most: int) -> str:
        """A trimmed, printable text of 1 to `most` characters, without the invisible ones that are pasted along."""
        # Composing takes quadratic time on long runs of marks: what cannot fit is refused before.
        if len(value) > 4 * most:
            self._refuse(field, f"At most {most} characters.")
            return ""
        clean = tidied(value)
        if is_blank(clean):
            self._refuse(field, "Must not be empty.")
        elif len(clean) > most:
            self._refuse(field, f"At most {most} characters.")
        elif has_control_characters(clean):
            self._refuse(field, "Must not hold control characters.")
        return clean

    def without_web_address(self, field: str, value: str) -> None:
        """A text without web addresses, of which mail programs make links: for names in mails to strangers."""
        if has_web_address(value):
            self._refuse(field, "Must not hold an address of the web. After a dot, write a space.")

    def email(self, field: str, value: str) -> str:
        """An e-mail address by RFC 5321, ASCII local part, domain as `domain` keeps it."""
        from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - a server answers first

        local_part, _, typed = value.strip().rpartition("@") if len(value) <= 4 * MAX_EMAIL else ("", "", "")
        name = domain_name(typed)
        address = f"{local_part}@{name}"
        try:
            # The domain is checked by the rule for claims, not by the library's.
            validate_email(f"{local_part}@example.com", check_deliverability=False, allow_smtputf8=False, strict=True)
        except EmailNotValidError:
            name = None
        # Mail programs decode an encoded word (RFC 2047) there too, and would find another address.
        if name is None or len(address) > MAX_EMAIL or _ENCODED_WORD.search(local_part):
            self._refuse(field, "Not an e-mail address.")
            return ""
        return address

    def domain(self, field: str, value: str) -> str:
        """A domain name in lower case, internationalised ones in their ASCII form."""
        name = domain_name(value.strip().removesuffix("."))
        if name is None:
            self._refuse(field, "Not a domain name, for example example.com.")
            return ""
        return name

    def claimable_domain(self, field: str, value: str) -> str:
        """As `domain`, and neither a public mailbox provider nor a public suffix."""
        name = self.domain(field, value)
        if name and (why := unclaimable_reason(name)):
            self._refuse(field, why)
        return name

    def locale(self, field: str, value: str) -> str:
        """The nearest known locale to a BCP 47 tag, in canonical case: en-jp is en."""
        found = nearest_locale(value.strip())
        if found is None:
            self._refuse(field, "Not a locale, for example en or fr-CA.")
            return FALLBACK
        return found

    def quantity(self, path: tuple[str, ...], value: int, *, least: int = 1) -> int:
        """A number of seats from `least` to 10 000."""
        if not least <= value <= MAX_QUANTITY:
            self.refuse(path, f"A whole number from {least} to {MAX_QUANTITY}.")
        return value

    def permissions(
        self, field: str, values: Sequence[Permission], *, of: AbstractSet[Permission]
    ) -> list[Permission]:
        """One permission or more, none twice, in the order of the enum, and none but `of` these."""
        if not values:
            self._refuse(field, "At least one permission.")
        for lacking in [each for each in Permission if each in values and each not in of]:
            self._refuse(field, f"You do not have the permission {lacking} yourself.")
        return [each for each in Permission if each in values]

    def moment_to_come(self, field: str, value: datetime | None) -> None:
        """A moment that has not come yet, or none."""
        if value is not None and value <= now():
            self._refuse(field, "Must lie in the future.")

    def networks(self, field: str, values: Sequence[str] | None) -> list[str] | None:
        """Networks in CIDR notation, 1 to 20, or None for everywhere."""
        if values is None:
            return None
        if not 1 <= len(values) <= MAX_NETWORKS:
            self._refuse(field, f"1 to {MAX_NETWORKS} networks, or null for everywhere.")
            return None
        clean = []
        for value in values:
            try:
                clean.append(network(value))
            except ValueError:
                self._refuse(field, "Not an address or a network, for example 203.0.113.0/24.")
        return clean

    def overlap(self, field: str, value: timedelta, *, most: timedelta) -> None:
        """A time from none to `most`."""
        if not timedelta() <= value <= most:
            self._refuse(field, f"A whole number of minutes from 0 to {most // timedelta(minutes=1)}.")

    def refuse(self, path: tuple[str, ...], text: str) -> None:
        """Add a bad field with a description of a good value."""
        self.bad.append((path, text))

    def _refuse(self, field: str, text: str) -> None:
        self.refuse((field,), text)
