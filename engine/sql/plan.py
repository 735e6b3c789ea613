"""Running a query by its plan: which statement, with which values, and the answer."""

from asyncio import Future
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues, get_argument_values

from engine.collect_fields import Selector
from engine.lru import WeightedLRU
from engine.operation import NUMBERS, Operation
from engine.sql.mappings import Mirrors
from engine.sql.plan_builder import ListRead, NotPlannedError, Structure, Writer
from engine.sql.response_builder import Shape, make_shape
from engine.sql.statement import Page, write_statement
from models.access.callers import Caller
from models.access.credentials import credential_sql
from models.access.viewer import Viewer
from models.database.coalescing import fetch_together
from models.errors import BusinessError
from models.reads.conditions import Condition

# Bytes, more or less. Generated functions take some ten times their code.
STATEMENTS: WeightedLRU[str] = WeightedLRU(8_000_000)
COMPILED: "WeightedLRU[Compiled | str]" = WeightedLRU(24_000_000)
OF_A_CHARACTER = 10
# PostgreSQL selects at most 1 664 columns, and plans many lists slowly.
MOST_COLUMNS = 1_000
MOST_LISTS = 20


@dataclass(frozen=True)
class Paging:
    """How a connection's arguments become a page, and a row's id its cursor, in the list of a name."""

    page: Callable[[str, Mapping[str, Any], tuple[Condition, ...]], Page]
    cursor: Callable[[str, Any], str]


@dataclass(frozen=True)
class Compiled:
    """A structure with its function, and a number that no other has."""

    structure: Structure
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
        return self.compiled.shape(row, row["account_id"], self.pages)

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

    def bind(self, given: Mapping[str, Any] | None) -> Bound:
        """The plan for variables. Raises NotPlannedError where graphql-core must answer: with errors, for one."""
        variables = self._coerced(given)
        compiled = self._compiled_for(variables)
        return Bound(compiled, [self._page(read, variables) for read in compiled.structure.lists])

    def _compile(self, selector: Selector) -> tuple[Compiled, int]:
        """The structure and its function, and with them the document that its nodes are of."""
        query = self._schema.query_type
        if query is None:
            raise NotPlannedError("no queries")
        fields = selector.fields(query, self._node.selection_set)
        structure = Writer(self._using.mirrors, selector, self._using.paging.cursor).query(fields)
        if structure.columns > MOST_COLUMNS or len(structure.lists) > MOST_LISTS:
            raise NotPlannedError("size")
        weight = 1_000 + OF_A_CHARACTER * len(structure.code) + self._weight
        return Compiled(structure, make_shape(structure)), weight

    def _page(self, read: ListRead, variables: VariableValues) -> Page:
        try:
            arguments = get_argument_values(read.definition, read.node, variables)
            wanted = read.listed.wanted
            conditions = tuple(wanted(arguments)) if wanted else ()
            page = (
                self._using.paging.page(read.name, arguments, conditions)
                if read.listed.connection
                else Page(conditions)
            )
        except (GraphQLError, BusinessError) as error:
            raise NotPlannedError("arguments") from error
        if read.wants_rows:
            return page
        return Page(conditions) if read.wants_total else Page(page.required)


@dataclass(frozen=True)
class Using:
    """What plans are made with."""

    mirrors: Mirrors
    paging: Paging
