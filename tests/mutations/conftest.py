"""Who calls: the administrator of the company, and one of its standard users."""

from collections.abc import AsyncIterator

import pytest

from tests.support.client import Client
from tests.support.company import Company


@pytest.fixture
async def admin(client: Client, company: Company) -> AsyncIterator[Client]:
    """The company's administrator, signed in."""
    async with client.signed_in(await company.access_token()) as signed_in:
        yield signed_in


@pytest.fixture
async def standard(client: Client, company: Company) -> AsyncIterator[Client]:
    """Ann, a standard user of the company, signed in."""
    async with client.signed_in(await company.access_token(company.users[0])) as signed_in:
        yield signed_in
