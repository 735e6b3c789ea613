"""Running a query by its plan: which statement, with which values, and the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from models.credentials import Recognised, credential_sql, recognised
from models.database import run_alone
from models.errors import BusinessError
from models.reads.conditions import Condition
from models.secrets import secret_hash
from models.viewer import Viewer
from plans.mirrors import Mirrors
from plans.selections import Selector
from plans.shape import Shape, make_shape
from plans.statement import KNOWN, Page, write_statement
from plans.structure import ListRead, NotPlannedError, Structure, Writer

# Of one document: more shapes than that are written anew each time.
MOST_STATEMENTS = 50
MOST_STRUCTURES = 16
NO_VALUES = VariableValues({}, {})


@dataclass(frozen=True)
class Paging:
    """How a connection's arguments become a page, and a row's id its cursor."""

    page: Callable[[Mapping[str, Any], tuple[Condition, ...]], Page]
    cursor: Callable[[Any], str]


@dataclass
class Compiled:
    """A structure with its function, and the statements for the shapes of pages met so far."""

    structure: Structure
    shape: Shape
    statements: dict[tuple[object, ...], str] = field(default_factory=dict)

    def statement(self, pages: list[Page], asking: str) -> str:
        """The statement for pages of these shapes."""
        shapes = (asking, *(page.shape for page in pages))
        if (found := self.statements.get(shapes)) is None:
            found = write_statement(self.structure, pages, asking)
            if len(self.statements) < MOST_STATEMENTS:
                self.statements[shapes] = found
        return found


@dataclass(frozen=True)
class Bound:
    """A plan with its variables, which only has to be run."""

    compiled: Compiled
    pages: list[Page]

    @property
    def lasting(self) -> bool:
        """Whether the answer is the same as long as the rows are."""
        return self.compiled.structure.lasting

    def is_for(self, viewer: Viewer) -> bool:
        """Whether a viewer may see all of it."""
        return self.compiled.structure.requires <= viewer.permissions

    def statement(self, asking: str) -> str:
        """The statement, with who asks in it."""
        return self.compiled.statement(self.pages, asking)

    async def read(
        self, secret: str, address: str, event_id: UUID | None, catalogue_version: int | None
    ) -> tuple[Recognised, Any]:
        """Who calls with a secret from an address, and the row that the answer is made of, by one statement.

        The row is empty where the account's last event and the catalogue's version are the ones given. Raises
        Unauthenticated with the reason.
        """
        statement = self.statement(credential_sql(secret))
        row = await run_alone(statement, secret_hash(secret), event_id, catalogue_version, *self._values)
        return await recognised(row, address), row

    async def read_for(self, viewer: Viewer) -> Any:
        """The row for a viewer who is known already."""
        return await run_alone(self.statement(KNOWN), viewer.account_id, None, None, *self._values)

    def answer(self, row: Any) -> dict[str, Any]:
        """The data of the answer."""
        return self.compiled.shape(row, row["account_id"], self.pages)

    @property
    def _values(self) -> list[Any]:
        return [value for page in self.pages for value in page.values]


class Plan:
    """One query operation of a valid document: what it reads, by one statement."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, using: "Using"
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._using = using
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._conditions = _variables_of_conditions(document)
        self._compiled: dict[tuple[Any, ...], Compiled | NotPlannedError] = {}
        self._without_variables: Bound | None = None

    def bind(self, given: Mapping[str, Any] | None) -> Bound:
        """The plan for variables. Raises NotPlannedError where graphql-core must answer: with errors, for one."""
        if self._operation.variable_definitions:
            return self._bind(self._values(given))
        if self._without_variables is None:
            self._without_variables = self._bind(NO_VALUES)
        return self._without_variables

    def _bind(self, variables: VariableValues) -> Bound:
        compiled = self._compiled_for(variables)
        return Bound(compiled, [self._page(read, variables) for read in compiled.structure.lists])

    def _values(self, given: Mapping[str, Any] | None) -> VariableValues:
        definitions = self._operation.variable_definitions or ()
        coerced = get_variable_values(self._schema, definitions, dict(given or {}))
        if not isinstance(coerced, VariableValues):
            raise NotPlannedError("variables")
        return coerced

    def _compiled_for(self, variables: VariableValues) -> Compiled:
        booleans = tuple(variables.coerced.get(name) for name in self._conditions)
        if (found := self._compiled.get(booleans)) is None:
            found = self._compile(dict(zip(self._conditions, booleans, strict=True)))
            if len(self._compiled) < MOST_STRUCTURES:
                self._compiled[booleans] = found
        if isinstance(found, NotPlannedError):
            raise NotPlannedError(str(found))
        return found

    def _compile(self, booleans: dict[str, Any]) -> Compiled | NotPlannedError:
        selector = Selector(self._schema, self._fragments, booleans)
        query = self._schema.query_type
        try:
            if query is None:
                raise NotPlannedError("no queries")
            fields = selector.fields(query, self._operation.selection_set)
            structure = Writer(self._using.mirrors, selector, self._using.paging.cursor).query(fields)
        except NotPlannedError as why:
            return why
        return Compiled(structure, make_shape(structure))

    def _page(self, read: ListRead, variables: VariableValues) -> Page:
        try:
            arguments = get_argument_values(read.definition, read.node, variables)
            wanted = read.listed.wanted
            conditions = tuple(wanted(arguments)) if wanted else ()
            page = self._using.paging.page(arguments, conditions) if read.listed.connection else Page(conditions)
        except (GraphQLError, BusinessError) as error:
            raise NotPlannedError("arguments") from error
        if read.wants_rows:
            return page
        return Page(conditions) if read.wants_total else Page()


@dataclass(frozen=True)
class Using:
    """What plans are made with."""

    mirrors: Mirrors
    paging: Paging


def _variables_of_conditions(document: DocumentNode) -> tuple[str, ...]:
    finder = _Conditions()
    visit(document, finder)
    return tuple(sorted(finder.names))


class _Conditions(Visitor):
    """Finds the variables that @skip and @include look at."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_args: Any) -> None:
        """Look at one directive."""
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)
