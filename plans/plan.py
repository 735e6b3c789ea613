"""Running a query by its plan: which statement, with which values, and the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from models.database import read_row
from models.errors import BusinessError
from models.reads.conditions import Condition
from models.viewer import Viewer
from plans.mirrors import Mirrors
from plans.selections import Selector
from plans.shape import Shape, make_shape
from plans.statement import Page, write_statement
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

    def statement(self, pages: list[Page]) -> str:
        """The statement for pages of these shapes."""
        shapes = tuple(page.shape for page in pages)
        if (found := self.statements.get(shapes)) is None:
            found = write_statement(self.structure, pages)
            if len(self.statements) < MOST_STATEMENTS:
                self.statements[shapes] = found
        return found


@dataclass(frozen=True)
class Bound:
    """A plan that only has to be run."""

    viewer: Viewer
    roots: dict[str, Compiled | str]
    pages: dict[str, list[Page]]

    async def run(self) -> dict[str, Any]:
        """The data of the answer."""
        return {
            key: root if isinstance(root, str) else await self._read(root, self.pages[key])
            for key, root in self.roots.items()
        }

    async def _read(self, root: Compiled, pages: list[Page]) -> Any:
        values = [value for page in pages for value in page.values]
        row = await read_row(root.statement(pages), self.viewer.account_id, *values)
        return root.shape(row, self.viewer.account_id, pages)


class Plan:
    """One query operation of a valid document: what its root fields read, each by one statement."""

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
        self._compiled: dict[tuple[Any, ...], dict[str, Compiled | str]] = {}

    def bind(self, viewer: Viewer, given: Mapping[str, Any] | None) -> "Bound":
        """The plan for a viewer and variables. Raises NotPlannedError where graphql-core must answer: with errors,
        for one.
        """
        variables = self._values(given)
        roots = self._roots(variables)
        pages: dict[str, list[Page]] = {}
        for key, root in roots.items():
            if isinstance(root, Compiled):
                if not root.structure.requires <= viewer.permissions:
                    raise NotPlannedError("permission")
                pages[key] = [self._page(read, variables) for read in root.structure.lists]
        return Bound(viewer, roots, pages)

    def _values(self, given: Mapping[str, Any] | None) -> VariableValues:
        if not self._operation.variable_definitions:
            return NO_VALUES
        coerced = get_variable_values(self._schema, self._operation.variable_definitions, dict(given or {}))
        if not isinstance(coerced, VariableValues):
            raise NotPlannedError("variables")
        return coerced

    def _roots(self, variables: VariableValues) -> dict[str, Compiled | str]:
        booleans = tuple(variables.coerced.get(name) for name in self._conditions)
        if (found := self._compiled.get(booleans)) is None:
            found = self._compile(dict(zip(self._conditions, booleans, strict=True)))
            if len(self._compiled) < MOST_STRUCTURES:
                self._compiled[booleans] = found
        return found

    def _compile(self, booleans: dict[str, Any]) -> dict[str, Compiled | str]:
        selector = Selector(self._schema, self._fragments, booleans)
        query = self._schema.query_type
        if query is None:
            raise NotPlannedError("no queries")
        return {
            key: self._root(selector, nodes)
            for key, nodes in selector.fields(query, self._operation.selection_set).items()
        }

    def _root(self, selector: Selector, nodes: list[FieldNode]) -> Compiled | str:
        match nodes[0].name.value:
            case "__typename":
                return "Query"
            case "account":
                structure = Writer(self._using.mirrors, selector, self._using.paging.cursor).account(nodes)
                return Compiled(structure, make_shape(structure))
            case other:
                raise NotPlannedError(f"Query.{other}")

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
