"""Looking for the TXT records that prove claims on domains."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from jobs.txt_records import NoTxtRecordsError, TxtRecords
from models.database.clock import now
from models.database.outages import UNAVAILABLE
from models.errors import BusinessError
from models.operations.people.prove_domain import prove_domain
from models.tables import Domain, DomainState

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

BATCH = 20
FIRST_LOOK = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LOOK_EVERY = 5.0

log = structlog.get_logger(__name__)


class DomainChecker:
    """Looks up the TXT records of pending domains, at growing intervals, and approves the claims that they prove."""

    def __init__(self, resolver: "Resolver | None" = None) -> None:
        self._records = TxtRecords(resolver)

    async def run(self) -> None:
        """Check what is due every few seconds, until cancelled. Apart from the relay: name servers may be slow."""
        while True:
            try:
                await self.check_due(now())
            except UNAVAILABLE as error:
                log.warning("domain.check_failed", error=type(error).__name__)
            except Exception:
                log.exception("domain.check_failed")
            await asyncio.sleep(LOOK_EVERY)

    async def check_due(self, moment: datetime) -> int:
        """Look up the domains that are due; returns how many were looked at."""
        due = await Domain.filter(state=DomainState.PENDING, check_at__lte=moment).order_by("check_at").limit(BATCH)
        await asyncio.gather(*(self._check(domain, moment) for domain in due))
        return len(due)

    async def _check(self, domain: Domain, moment: datetime) -> None:
        # Written first, so that a name server that does not answer is not asked in every round.
        await Domain.filter(id=domain.id).update(check_at=_next_look(domain, moment))
        try:
            published = await self._records.published(domain.name)
        except NoTxtRecordsError as error:
            log.info("domain.unproven", domain=domain.name, error=str(error))
        else:
            if domain.txt_value in published:
                await self._approve(domain, published)

    async def _approve(self, domain: Domain, published: list[str]) -> None:
        try:
            await prove_domain(domain.account_id, name=domain.name, published=published)
            log.info("domain.approved", domain=domain.name)
        except BusinessError as error:
            log.warning("domain.not_approved", domain=domain.name, error=str(error))


def _next_look(domain: Domain, moment: datetime) -> datetime:
    waited = moment - domain.created_at
    return moment + min(max(waited, FIRST_LOOK), LONGEST_WAIT)
