"""Looking at the code of libraries: whether it still has the names, and is the code, that ours was written for."""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent

Code = type | Callable[..., Any]


@contextmanager
def relied_on_by(*files: str) -> Iterator[None]:
    """Have whatever fails in the block name the files of ours that need it."""
    moved = [file for file in files if not (ROOT / file).is_file()]
    assert moved == [], "name these here as they are called now"
    try:
        yield
    except Exception as error:
        raise AssertionError(f"the library has changed; look at {' and '.join(files)}: {error}") from error


def require_names(owner: type, *names: str) -> None:
    """Require that a class, or its instances, have these names."""
    declared = {name for each in owner.__mro__ for name in inspect.get_annotations(each)}
    missing = sorted(set(names) - set(dir(owner)) - declared - _set_on_self(owner))
    assert missing == [], f"{owner.__qualname__} lacks {', '.join(missing)}"


def require_parameters(function: Callable[..., Any], *names: str) -> None:
    """Require that a function has these parameters, the positional ones in this order."""
    found = [name for name in inspect.signature(function).parameters if name in names]
    assert found == list(names), f"{function.__qualname__} has the parameters {found}"


def require_code(code: Code, digest: str) -> None:
    """Require that code is what ours repeats, replaces or wraps; where it is not, read both beside each other."""
    found = hashlib.sha256(_source(code).encode()).hexdigest()[: len(digest)]
    assert found == digest, f"{code.__qualname__} has changed, its digest is {found}"


def names_used_of(code: Code, attribute: str) -> set[str]:
    """The names that code uses of what it keeps in an attribute of `self`."""
    found = (node for node in ast.walk(ast.parse(_source(code))) if isinstance(node, ast.Attribute))
    return {node.attr for node in found if ast.unparse(node.value) == f"self.{attribute}"}


def _set_on_self(owner: type) -> set[str]:
    own = [each for each in owner.__mro__ if each.__module__.partition(".")[0] == owner.__module__.partition(".")[0]]
    nodes = (node for each in own for node in ast.walk(ast.parse(_source(each))))
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }


def _source(code: Code) -> str:
    return textwrap.dedent(inspect.getsource(code))
