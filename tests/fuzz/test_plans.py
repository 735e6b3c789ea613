"""Every query that has a plan is answered by it as by graphql-core, byte for byte."""

from collections import Counter
from typing import Any

import orjson
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from api.auth.csrf import Origins
from api.execution.plan_cache import bind_plan
from api.limits import Limits
from api.schema.build import make_schema
from api.schema.context import Context, Services
from engine.sql.mappings import MIRRORS
from engine.sql.plan_builder import NotPlannedError
from models.access.viewer import Viewer
from models.events.seat_feed import Feed
from models.permissions import Permission
from payments import make_provider
from tests.fuzz.documents import Document, documents
from tests.fuzz.known import Known
from tests.fuzz.running import every, watched
from tests.support.planned import answered

pytestmark = watched()

SCHEMA = make_schema(Limits(document_cost=1_000_000))
PAGED = {"UserConnection", "UserEdge", "LicenseConnection", "LicenseEdge", "PageInfo"}
# The moment of reading, which differs.
MOMENTS = {"asOf"}


def is_planned(type_name: str, field: str) -> bool:
    """Whether a plan may show a field, so that documents of such fields have plans."""
    if type_name == "Query":
        return field == "account"
    if type_name == "SeatInventory":
        return field not in MOMENTS
    fields = MIRRORS[type_name].fields if type_name in MIRRORS else {}
    return field in fields or type_name in {*PAGED, "Money"}


def any_field(_type: str, field: str) -> bool:
    return field not in {*MOMENTS, "resetAt", "remaining"}


async def by_graphql_core(viewer: Viewer, document: Document) -> tuple[bytes, Any]:
    """The data and the errors as graphql-core answers."""
    services = Services(Feed(), make_provider("sandbox"), Origins("https://example.com"))
    context = Context(services, HTTPConnection({"type": "http", "headers": []}), None, viewer)
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
        return orjson.dumps(await answered(bound, viewer.account_id), option=orjson.OPT_UTC_Z)
    except NotPlannedError:
        # A value that is refused, and resolvers tell how.
        return None


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
    # Most have a field that no plan shows.
    assert ways["graphql-core"] > ways["plan"] > 0, ways
