"""The private names of libraries that Usher uses or overrides: each library's in as few rooms as there are here."""

import ast
import importlib
import inspect
import pkgutil
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.support.library_code import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
    "packages"
]

# Public, whatever they look like.
OF_NAMED_TUPLES = {"_asdict", "_fields", "_make", "_replace"}

# By library and room.
USED = {
    ("asyncpg", "models/database"): {"_addr", "_con", "_holder", "_holders", "_in_use", "_queue", "_transport"},
    ("strawberry", "api/schema"): {"_provided_operation_name"},
    ("strawberry", "engine/breadth_first"): {"_get_field_exception_handlers", "_strawberry_schema"},
    ("tortoise", "models/database"): {"_connection", "_pool"},
    ("tortoise", "models/tables"): {"_meta"},
}
OVERRIDDEN = {
    ("asyncpg", "models/database"): {"_execute", "_executemany"},
    ("strawberry", "api/schema"): {"_warn_for_federation_directives"},
    ("strawberry", "api/subscriptions"): {"_get_pre_execution_close_reason", "_send_result_stream"},
    ("tortoise", "models/migrating"): {"_run_sql"},
    ("tortoise", "models/tables"): {"_init_from_db"},
}


def test_private_names_are_used_in_their_room() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text())
            if names := private_attributes(tree) - own_names(tree):
                found[room_of(path.relative_to(ROOT))] |= names
    assert found == by_room(USED)


def test_private_methods_are_overridden_in_their_room() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for cls in own_classes():
        for owner, name in private_overrides(cls):
            found[room_of(Path(*owner.__module__.split(".")))].add(name)
    assert found == by_room(OVERRIDDEN)


def by_room(listed: dict[tuple[str, str], set[str]]) -> dict[str, set[str]]:
    """The names of all libraries in each room."""
    return {
        room: {name for (_, other), names in listed.items() if other == room for name in names} for _, room in listed
    }


def room_of(path: Path) -> str:
    """The package and the room in it, e.g. models/database."""
    return "/".join(path.with_suffix("").parts[:2])


def private_attributes(tree: ast.Module) -> set[str]:
    """Private attributes of anything but the object, the class or the base that code is in."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and is_private(node.attr)
        and ast.unparse(node.value) not in {"self", "cls", "super()"}
    }


def own_names(tree: ast.Module) -> set[str]:
    """The methods of a file's classes, and what they set on `self`."""
    nodes = [node for owner in ast.walk(tree) if isinstance(owner, ast.ClassDef) for node in ast.walk(owner)]
    methods = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return methods | {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }


def own_classes() -> Iterator[type]:
    """Every class of ours."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if cls.__module__ == module.name:
                    yield cls


def private_overrides(cls: type) -> Iterator[tuple[type, str]]:
    """The private methods of libraries that a class, or one of ours among its bases, replaces."""
    for place, owner in enumerate(cls.__mro__):
        if is_own(owner):
            inherited = {name for base in cls.__mro__[place + 1 :] if is_library(base) for name in vars(base)}
            methods = {name for name, value in vars(owner).items() if callable(getattr(owner, name, value))}
            yield from ((owner, name) for name in methods & inherited if is_private(name))


def is_own(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in PACKAGES


def is_library(cls: type) -> bool:
    return not is_own(cls) and cls.__module__.partition(".")[0] not in sys.stdlib_module_names


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in OF_NAMED_TUPLES
