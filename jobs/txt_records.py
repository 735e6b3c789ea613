"""Looking up the TXT records that prove claims on domains."""

from typing import TYPE_CHECKING

from models.tables.domain import txt_name

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

TIMEOUT = 5.0


class NoTxtRecordsError(Exception):
    """The name servers have none, or do not answer; the text is the library's name of the error."""


class TxtRecords:
    """Queries the machine's name servers, or the given resolver."""

    def __init__(self, resolver: "Resolver | None" = None) -> None:
        self._resolver = resolver

    async def published(self, domain: str) -> list[str]:
        """The values published for the claims on a domain. Raises NoTxtRecordsError."""
        import dns.asyncresolver  # noqa: PLC0415 - a server answers first
        import dns.exception  # noqa: PLC0415

        try:
            # Made when first needed: a machine without name servers has none to make it from.
            self._resolver = self._resolver or dns.asyncresolver.Resolver()
            answer = await self._resolver.resolve(txt_name(domain), "TXT", lifetime=TIMEOUT)
        except dns.exception.DNSException as error:
            raise NoTxtRecordsError(type(error).__name__) from error
        return [b"".join(record.strings).decode("ascii", "replace") for record in answer]
