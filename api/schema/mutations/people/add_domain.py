"""addDomain."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import InvalidInputError, NotPermittedError, RateLimitedError
from api.schema.mutations.mutation import mutation
from api.schema.types.domain import Domain
from models.operations.people import add_domain as operation


@strawberry.input(description="The domain to claim.")
class AddDomainInput:
    name: str = strawberry.field(
        description="For example example.com, or corp.local in a private network; sub-domains are domains of their"
        " own. Public mailbox providers (gmail.com) and public suffixes (co.uk, github.io) can be claimed by nobody."
    )


@strawberry.type(description="The domain is claimed. Publish its TXT record; it is approved once that is found.")
class DomainAdded:
    domain: Domain = strawberry.field(description="The claim; the one there was when it was claimed before.")


AddDomainPayload = Annotated[
    DomainAdded | InvalidInputError | NotPermittedError | RateLimitedError,
    strawberry.union("AddDomainPayload", description="What addDomain answers."),
]


@mutation
async def add_domain(
    info: Info,
    input: Annotated[AddDomainInput, strawberry.argument(description="Which domain.")],
) -> AddDomainPayload:
    """Claims an e-mail domain for the account. Needs MANAGE_DOMAINS."""
    domain = await operation.add_domain(info.context.require_viewer(), name=input.name)
    return DomainAdded(domain=Domain.of(domain))
