"""Running a query by its plan: which statement, with which values, and the answer."""

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
from engine.sql.paging import Page, Paging
from engine.sql.plan_builder import ListRead, NamedIds, NotPlannedError, PlanBuilder, ReadPlan
from engine.sql.response_builder import Shape, make_shape
from engine.sql.statement import write_statement
from models.access.callers import Caller
from models.access.credentials import credential_sql
from models.access.viewer import Viewer
from models.database.coalescing import fetch_together
from models.errors import BusinessError
from models.reads.conditions import ids_condition

# Bytes, more or less. Generated functions take some ten times their code.
STATEMENTS: WeightedLRU[str] = WeightedLRU(8_000_000)
COMPILED: "WeightedLRU[Compiled | str]" = WeightedLRU(24_000_000)
OF_A_CHARACTER = 10
# PostgreSQL selects at most 1 664 columns, and plans many lists slowly.
MOST_COLUMNS = 1_000
MOST_LISTS = 20


@dataclass(frozen=True)
class Compiled:
    """A structure with its function, and a number that no other has."""

    structure: ReadPlan
    shape: Shape
    number: int = field(default_factory=NUMBERS.__next__)

    def statement(self, pages: list[Page], shapes: tuple[object, ...], asking: str, language: str | None) -> str:
        """The statement for pages of these shapes."""
        key = (self.number, asking, shapes, language)
        if (found := STATEMENTS.get(key)) is None:
            found = write_statement(self.structure, pages, asking, language)
            STATEMENTS.put(key, found, len(found))
        return found


@dataclass(frozen=True)
class Bound:
    """A plan with its variables, which only has to be run."""

    compiled: Compiled
    pages: list[Page]
    ids: list[list[str]]

    @property
    def rest(self) -> dict[str, list[FieldNode]]:
        """The root fields that resolvers answer, by their names in the answer, which is null there."""
        return self.compiled.structure.rest

    def is_for(self, viewer: Viewer) -> bool:
        """Whether a viewer may see all of it."""
        return viewer.permissions.issuperset(self.compiled.structure.requires)

    def statement(self, asking: str, language: str | None = None) -> str:
        """The statement, with who asks in it."""
        spoken = language if self.compiled.structure.translated else None
        return self.compiled.statement(self.pages, self._shapes, asking, spoken)

    def read(self, secret: str, caller: Caller, language: str | None) -> "Future[Any]":
        """The row that says who calls with a secret, and of which the answer is made, by one statement.

        Others who ask the same now are answered by the same statement. Texts are in the language, or where it is None
        in that of the caller's locale.
        """
        return fetch_together(self.statement(credential_sql(secret), language), caller, self.values)

    def answer(self, row: Any) -> dict[str, Any]:
        """The data of the answer. Raises NotPlannedError where resolvers must refuse a list."""
        return self.compiled.shape(row, row["account_id"], self.pages, self.ids)

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The values of its pages, which come after those of the callers."""
        given = [value for page in self.pages for value in page.values]
        return tuple(tuple(value) if isinstance(value, list) else value for value in given)

    @cached_property
    def _shapes(self) -> tuple[object, ...]:
        return tuple(page.shape for page in self.pages)


class Plan(Operation[Compiled]):
    """One query operation of a valid document: what it reads, by one statement."""

    kept = COMPILED
    refusal = NotPlannedError

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, using: "Using"
    ) -> None:
        super().__init__(schema, document, node)
        self._using = using
        self._by_ids = _fields_by_ids(document, using.mappings)

    def bind(self, given: Mapping[str, Any] | None) -> Bound:
        """The plan for variables. Raises NotPlannedError where graphql-core must answer: with errors, for one."""
        variables = self._coerced(given)
        ids = [self._ids(node, field, variables) for node, field in self._by_ids]
        types = tuple(tuple(sorted({self._using.decode(each)[0] for each in several})) for several in ids)
        compiled = self._compiled_for(variables, types)
        return Bound(compiled, [self._page(read, variables, ids) for read in compiled.structure.lists], ids)

    def _compile(self, selector: Selector, *more: Any) -> tuple[Compiled, int]:
        """The structure and its function, and with them the document that its nodes are of."""
        [types] = more
        named = [NamedIds(node, each) for (node, _), each in zip(self._by_ids, types, strict=True)]
        structure = PlanBuilder(self._using.mappings, selector, self._using.paging, named).query(self._node)
        if structure.columns > MOST_COLUMNS or len(structure.lists) > MOST_LISTS:
            raise NotPlannedError("size")
        weight = 1_000 + OF_A_CHARACTER * len(structure.code) + self._weight
        return Compiled(structure, make_shape(structure)), weight

    def _ids(self, node: FieldNode, field: ByIds, variables: VariableValues) -> list[str]:
        definition = self._schema.query_type.fields[node.name.value]  # pyright: ignore[reportOptionalMemberAccess]
        try:
            given = get_argument_values(definition, node, variables)[field.argument]
        except GraphQLError as error:
            raise NotPlannedError("arguments") from error
        ids: list[str] = given if field.many else [given]
        if len(ids) > self._using.most_ids:
            raise NotPlannedError("arguments")
        return ids

    def _page(self, read: ListRead, variables: VariableValues, ids: list[list[str]]) -> Page:
        if read.ids is not None:
            decoded = map(self._using.decode, ids[read.ids])
            return Page((ids_condition([key for type_name, key in decoded if type_name == read.type_name]),))
        try:
            arguments = get_argument_values(read.definition, read.node, variables)
            wanted = read.listed.wanted
            conditions = tuple(wanted(arguments)) if wanted else ()
            page = read.paging.page(read.name, arguments, conditions) if read.connection else Page(conditions)
        except (GraphQLError, BusinessError) as error:
            raise NotPlannedError("arguments") from error
        if read.wants_rows:
            return page
        return Page(conditions) if read.wants_total else Page(page.required)


def _fields_by_ids(document: DocumentNode, mappings: TypeMappings) -> list[tuple[FieldNode, ByIds]]:
    """The nodes that may be fields of a query that take global ids: all of their names, with their arguments."""
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
class Using:
    """What plans are made with."""

    mappings: TypeMappings
    paging: Paging
    # The type that a global id names, and the key of the row; what names none leads nowhere.
    decode: Callable[[str], tuple[str, Any]]
    most_ids: int
