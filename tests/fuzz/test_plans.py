"""Every query that has a plan is answered by it as by graphql-core, byte for byte."""

from collections import Counter
from typing import Any

import orjson
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from api.auth.csrf import Origins
from api.documents.variable_size import VariableSize
from api.execution.plan_cache import bind_plan
from api.execution.planned import run_rest
from api.execution.request_cache import ParsedRequest
from api.http.parameters import GraphQLParameters
from api.limits import Limits
from api.schema.build import make_schema
from api.schema.context import Context, Services
from api.schema.cost_headers import charge
from api.schema.ids import encode_id
from engine.sql.plan import BoundPlan
from engine.sql.read_plan import NotPlannedError
from models.access.viewer import Viewer
from models.events.seat_feed import Feed
from models.permissions import Permission
from models.tables import ApiKey, Event, License
from payments import make_provider
from tests.fuzz.documents import Document, documents
from tests.fuzz.known import Known
from tests.fuzz.running import every, watched
from tests.support.planned import answered

pytestmark = watched()

EVERYTHING = """
query {
  viewer {
    permissions user { ...User } apiKey { ...ApiKey } account { id name version }
    sessions(%(page)s) { nodes { ...Session } }
  }
  packages { ...Package }
  account {
    users(%(page)s) { nodes { ...User } edges { cursor } pageInfo { ...ListPage } totalCount }
    licenses(%(page)s) { nodes { ...License } pageInfo { ...ListPage } totalCount }
    purchases(%(page)s) {
      nodes { ...Purchase } edges { cursor node { number lines { quantity } } } pageInfo { ...ListPage } totalCount
    }
    sessions(%(page)s) { nodes { ...Session } pageInfo { ...ListPage } totalCount }
    apiKeys(%(page)s) { nodes { ...ApiKey } pageInfo { ...ListPage } totalCount }
    seatEvents(%(after)s) { nodes { ...SeatEvent } edges { cursor } pageInfo { ...ListPage } totalCount }
    cart { ...Cart }
    domains { ...Domain }
    seatInventory { version pools { ...SeatPool } }
  }
}
fragment ListPage on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
"""
NODES = """
query ($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename id ...User ...License ...Package ...Purchase ...ApiKey ...Session ...Domain ...SeatEvent ...Cart
    ...SeatPool ... on Account { name }
  }
}
"""
FRAGMENTS = """
fragment SeatPool on SeatPool { id purchased assigned activated available package { code } }
fragment Money on Money { amount currency }
fragment Package on Package {
  id code name description tier protectsMessageBody attachmentLimitMegabytes signatoryLimit
  collectsConfidentialInformation unitPrice { ...Money } term
}
fragment User on User { id email firstName lastName locale role createdAt license { id } }
fragment License on License {
  id licenseState: state assignedAt activatedAt endedAt package { ...Package } user { ...User }
}
fragment Domain on Domain { id name domainState: state txtName txtValue approvedAt }
fragment Session on Session {
  id kind client createdAt sessionExpiresAt: expiresAt sessionEndedAt: endedAt current user { email }
}
fragment ApiKey on ApiKey {
  id name scopes keyState: state allowedNetworks createdAt expiresAt revokedAt lastUsedAt createdBy { email }
  secrets { hint createdAt expiresAt lastUsedAt }
}
fragment Cart on Cart {
  id version total { ...Money }
  cartLines: lines { id quantity unitPrice { ...Money } total { ...Money } package { code } }
}
fragment Purchase on Purchase {
  id number purchaseState: state total { ...Money } createdAt expiresAt acceptedAt completedAt
  lines { quantity unitPrice { ...Money } total { ...Money } package { code } }
  payment { provider state clientSecret declineCode }
}
fragment SeatEvent on SeatEvent {
  id version type occurredAt counts { purchased assigned activated available package { code } }
}
"""

SCHEMA = make_schema(Limits(document_cost=1_000_000))
# The moment of reading, which differs.
MOMENTS = {"asOf"}


def is_planned(type_name: str, field: str) -> bool:
    """Whether a plan shows a field, so that documents of such fields have plans."""
    return field not in MOMENTS and type_name != "RateLimit"


def any_field(_type: str, field: str) -> bool:
    return field not in {*MOMENTS, "resetAt", "remaining"}


def context_of(viewer: Viewer) -> Context:
    services = Services(Feed(), make_provider("sandbox"), Origins("https://example.com"))
    return Context(services, HTTPConnection({"type": "http", "headers": []}), None, viewer)


async def by_graphql_core(viewer: Viewer, document: Document) -> tuple[bytes, Any]:
    """The data and the errors as graphql-core answers."""
    context = context_of(viewer)
    result = await SCHEMA.execute(
        document.query,
        variable_values=document.variables,
        context_value=context,
        operation_name=document.operation_name,
    )
    return orjson.dumps(result.data, option=orjson.OPT_UTC_Z), result.errors


async def by_plan(viewer: Viewer, document: Document) -> bytes | None:
    """The data as its plan answers; None where there is none."""
    core = SCHEMA.core
    try:
        checked = SCHEMA.documents.check(document.query)
    except Exception:  # noqa: BLE001 - not read at all, and so told by whatever answers
        return None
    operation = checked.operation(document.operation_name)
    try:
        bound = bind_plan(core, checked, operation, document.variables) if operation else None
    except NotPlannedError:
        return None
    if bound is None or not bound.is_for(viewer):
        return None
    try:
        data = await answered(bound, viewer.account_id, viewer)
        return orjson.dumps(data | await rest_of(bound, viewer, document), option=orjson.OPT_UTC_Z)
    except NotPlannedError:
        # A value that is refused, and resolvers tell how.
        return None


async def rest_of(bound: BoundPlan, viewer: Viewer, document: Document) -> dict[str, Any]:
    """The data of the root fields that have no plan."""
    if not bound.rest:
        return {}
    context, checked = context_of(viewer), SCHEMA.documents.check(document.query)
    charge(context, checked.cost(document.operation_name))
    parameters = GraphQLParameters(document.query, document.variables, document.operation_name)
    operation = checked.operation(document.operation_name)
    request = ParsedRequest(parameters, VariableSize(), checked, operation)
    result = await run_rest(SCHEMA, request, bound, context)
    assert result.errors is None
    return result.data or {}


async def compare(known: Known, wanted: Any, few: int) -> Counter[str]:
    """Compare examples; how many went which way."""
    ways: Counter[str] = Counter()

    async def examine(example: Any) -> None:
        permissions, document = example
        viewer = known.company.viewer._replace(permissions=permissions)
        planned = await by_plan(viewer, document)
        ways["graphql-core" if planned is None else "plan"] += 1
        if planned is not None:
            data, errors = await by_graphql_core(viewer, document)
            assert errors is None, f"{document} is refused: {errors}"
            assert planned == data, document
            ways["not empty"] += b'"nodes":[{' in planned or b'"edges":[{' in planned

    some = st.one_of(st.just(frozenset(Permission)), st.frozensets(st.sampled_from(Permission), min_size=5))
    await every(st.tuples(some, documents(known, ("query",), wanted)), few, examine)
    return ways


async def test_documents_of_planned_fields(known: Known) -> None:
    ways = await compare(known, is_planned, 1000)
    # Arguments that are refused are for graphql-core.
    assert 2 * ways["plan"] > ways["graphql-core"], ways
    assert ways["not empty"] > 20, ways


async def test_documents_of_any_fields(known: Known) -> None:
    ways = await compare(known, any_field, 300)
    assert ways["plan"] > 0, ways
    assert ways["graphql-core"] > 0, ways


async def test_everything_there_is(known: Known) -> None:
    """All fields at once, of lists that are not empty, forwards and backwards, by a user and by a key."""
    company = known.company
    event = await Event.filter(account_id=company.account_id).exclude(pools=None).first()
    license = await License.filter(account_id=company.account_id).first()
    assert event is not None
    assert license is not None
    [key] = await ApiKey.filter(account_id=company.account_id, name="Directory of example.com")
    user = company.viewer
    ids = [encode_id("SeatEvent", event.id), encode_id("License", license.id), *known.every_id, "", "nobody"]
    parts = [(NODES + FRAGMENTS, {"ids": ids[start : start + 60]}) for start in range(0, len(ids), 60)]
    for page, after in (("first: 3", "first: 3"), ("last: 2", 'after: "2"')):
        parts.append((EVERYTHING % {"page": page, "after": after} + FRAGMENTS, {}))
    shown = b""
    for viewer in (user, user._replace(user_id=None, api_key_id=key.id)):
        for query, variables in parts:
            document = Document(query, variables, None, "query", {}, spoiled=False)
            planned = await by_plan(viewer, document)
            data, errors = await by_graphql_core(viewer, document)
            assert errors is None
            assert planned == data
            shown += data
    for word in (b'"lines":[{', b'"secrets":[{', b'"counts":[{', b'"payment":{', b'"unitPrice":{', b'"apiKey":{'):
        assert word in shown, word
