"""Plans of queries: the statement of a document, its values, and the answer of its row."""

from asyncio import Future
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values

from engine.collect_fields import Selector
from engine.lru import WeightedLRU
from engine.operation import NUMBERS, Operation
from engine.sql.mappings import ByIds, TypeMappings
from engine.sql.paging import ListPage, Paging
from engine.sql.plan_builder import NamedIds, PlanBuilder
from engine.sql.read_plan import ListRead, NotPlannedError, ReadPlan
from engine.sql.response_builder import ResponseBuilder, make_response_builder
from engine.sql.statement import write_statement
from models.access.callers import Caller
from models.access.credentials import credential_sql
from models.access.viewer import Viewer
from models.database.coalescing import fetch_together
from models.errors import BusinessError
from models.reads.conditions import ids_condition

# Bytes, more or less. Generated functions take some ten times their code.
STATEMENTS: WeightedLRU[str] = WeightedLRU(8_000_000)
COMPILED: "WeightedLRU[CompiledPlan | str]" = WeightedLRU(24_000_000)
OF_A_CHARACTER = 10
# PostgreSQL selects at most 1 664 columns, and plans many lists slowly.
MOST_COLUMNS = 1_000
MOST_LISTS = 20


@dataclass(frozen=True)
class CompiledPlan:
    """A read plan with the function that builds its response, and a number that no other has."""

    read_plan: ReadPlan
    build_response: ResponseBuilder
    number: int = field(default_factory=NUMBERS.__next__)

    def statement(self, pages: list[ListPage], shapes: tuple[object, ...], asking: str, language: str | None) -> str:
        """The statement for pages of these shapes."""
        key = (self.number, asking, shapes, language)
        if (found := STATEMENTS.get(key)) is None:
            found = write_statement(self.read_plan, pages, asking, language)
            STATEMENTS.put(key, found, len(found))
        return found


@dataclass(frozen=True)
class BoundPlan:
    """A plan with its variables, ready to run."""

    compiled: CompiledPlan
    pages: list[ListPage]
    ids: list[list[str]]

    @property
    def rest(self) -> dict[str, list[FieldNode]]:
        """The root fields that resolvers answer, by their names in the answer, which is null there."""
        return self.compiled.read_plan.rest

    def is_for(self, viewer: Viewer) -> bool:
        """Whether a viewer has every permission that its fields require."""
        return viewer.permissions.issuperset(self.compiled.read_plan.requires)

    def statement(self, asking: str, language: str | None = None) -> str:
        """The statement, with the query that finds the viewer in it."""
        spoken = language if self.compiled.read_plan.translated else None
        return self.compiled.statement(self.pages, self._shapes, asking, spoken)

    def read(self, secret: str, caller: Caller, language: str | None) -> "Future[Any]":
        """The row of a secret's viewer and of the answer, by one statement.

        Concurrent callers of the same statement share it. Texts are in the language, or without one in that of the
        viewer's locale.
        """
        return fetch_together(self.statement(credential_sql(secret), language), caller, self.values)

    def answer(self, row: Any) -> dict[str, Any]:
        """The data of the answer. Raises NotPlannedError where resolvers must refuse a list."""
        return self.compiled.build_response(row, row["account_id"], self.pages, self.ids)

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The values of its pages, which come after those of the callers."""
        given = [value for page in self.pages for value in page.values]
        return tuple(tuple(value) if isinstance(value, list) else value for value in given)

    @cached_property
    def _shapes(self) -> tuple[object, ...]:
        return tuple(page.shape for page in self.pages)


class Plan(Operation[CompiledPlan]):
    """One query operation of a valid document, read by one statement."""

    cache = COMPILED
    refusal = NotPlannedError

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, context: "PlanningContext"
    ) -> None:
        super().__init__(schema, document, node)
        self._context = context
        self._by_ids = _fields_by_ids(document, context.mappings)

    def bind(self, given: Mapping[str, Any] | None) -> BoundPlan:
        """The plan for variables. Raises NotPlannedError if resolvers must answer, with errors for example."""
        variables = self._coerced(given)
        ids = [self._ids(node, field, variables) for node, field in self._by_ids]
        types = tuple(tuple(sorted({self._context.decode(each)[0] for each in several})) for several in ids)
        compiled = self._compiled_for(variables, types)
        return BoundPlan(compiled, [self._page(read, variables, ids) for read in compiled.read_plan.lists], ids)

    def _compile(self, selector: Selector, *more: Any) -> tuple[CompiledPlan, int]:
        """The read plan and its function; its nodes keep the document."""
        [types] = more
        named = [NamedIds(node, each) for (node, _), each in zip(self._by_ids, types, strict=True)]
        read_plan = PlanBuilder(self._context.mappings, selector, self._context.paging, named).query(self._node)
        if read_plan.columns > MOST_COLUMNS or len(read_plan.lists) > MOST_LISTS:
            raise NotPlannedError("size")
        weight = 1_000 + OF_A_CHARACTER * len(read_plan.code) + self._weight
        return CompiledPlan(read_plan, make_response_builder(read_plan)), weight

    def _ids(self, node: FieldNode, field: ByIds, variables: VariableValues) -> list[str]:
        definition = self._schema.query_type.fields[node.name.value]  # pyright: ignore[reportOptionalMemberAccess]
        try:
            given = get_argument_values(definition, node, variables)[field.argument]
        except GraphQLError as error:
            raise NotPlannedError("arguments") from error
        ids: list[str] = given if field.many else [given]
        if len(ids) > self._context.most_ids:
            raise NotPlannedError("arguments")
        return ids

    def _page(self, read: ListRead, variables: VariableValues, ids: list[list[str]]) -> ListPage:
        if read.ids is not None:
            decoded = map(self._context.decode, ids[read.ids])
            return ListPage((ids_condition([key for type_name, key in decoded if type_name == read.type_name]),))
        try:
            arguments = get_argument_values(read.definition, read.node, variables)
            wanted = read.listed.wanted
            conditions = tuple(wanted(arguments)) if wanted else ()
            page = read.paging.page(read.name, arguments, conditions) if read.connection else ListPage(conditions)
        except (GraphQLError, BusinessError) as error:
            raise NotPlannedError("arguments") from error
        if read.wants_rows:
            return page
        return ListPage(conditions) if read.wants_total else ListPage(page.required)


def _fields_by_ids(document: DocumentNode, mappings: TypeMappings) -> list[tuple[FieldNode, ByIds]]:
    """The fields of a document that may be root fields which take global ids: those of their names and arguments."""
    fields = mappings["Query"].fields
    finder = _Fields({name: field for name, field in fields.items() if isinstance(field, ByIds)})
    visit(document, finder)
    return finder.found


class _Fields(Visitor):
    """Finds fields by their names."""

    def __init__(self, fields: Mapping[str, ByIds]) -> None:
        super().__init__()
        self._fields = fields
        self.found: list[tuple[FieldNode, ByIds]] = []

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        """Look at one field."""
        field = self._fields.get(node.name.value)
        if field and any(each.name.value == field.argument for each in node.arguments or ()):
            self.found.append((node, field))


@dataclass(frozen=True)
class PlanningContext:
    """The mappings of types, the paging of ids, and how global ids name rows.

    `decode` gives the type that an id names, and the key of the row; an unknown id has an empty type.
    """

    mappings: TypeMappings
    paging: Paging
    decode: Callable[[str], tuple[str, Any]]
    most_ids: int
