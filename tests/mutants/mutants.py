"""Mutants of a source file: the same file with one small fault in it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.mutants.sql import is_sql, sql_faults

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
SIGNS: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.FloorDiv: "*"}
# Calls whose keywords are conditions: without one, more rows are meant.
CONDITIONED = {"filter", "get", "get_or_none", "exclude", "exists"}
# The parts of a block that only a human reads.
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Fault:
    """A part of the source, by its place, and what stands there instead."""

    start: int
    end: int
    instead: str


@dataclass(frozen=True)
class Mutant:
    """One fault in one function. `key` is the function, and the fault with its lines, never their numbers."""

    file: str
    key: str
    source: str


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Every mutant of a file that compiles, none twice."""
    found: dict[str, Mutant] = {}
    data = source.encode()
    for where, fault in _Faults(source).all():
        mutated = (data[: fault.start] + fault.instead.encode() + data[fault.end :]).decode()
        key = f"{where}: {_shown(data, fault)}"
        if mutated != source and key not in found and _compiles(mutated):
            found[key] = Mutant(file, key, mutated)
    return list(found.values())


class _Faults:
    """The faults that a source can have."""

    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)
        self._data = source.encode()
        self._starts = [0]
        for line in source.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def all(self) -> Iterator[tuple[str, Fault]]:
        """Each with the name of the function that it is in."""
        yield from self._in(self._tree, "")

    def _in(self, node: ast.AST, where: str) -> Iterator[tuple[str, Fault]]:
        for child in self._children(node):
            name = f"{where}.{child.name}".lstrip(".") if isinstance(child, DOCUMENTED) else where  # pyright: ignore[reportAttributeAccessIssue]
            yield from ((name or "(module)", fault) for fault in self._of(child))
            if not isinstance(child, ast.JoinedStr):
                yield from self._in(child, name)

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parts of a node that run: no types, and no docstrings."""
        docstring = node.body[0] if isinstance(node, DOCUMENTED) and ast.get_docstring(node) else None
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "type_params", "bases", "decorator_list"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and child is not docstring:
                    yield child

    def _of(self, node: ast.AST) -> Iterator[Fault]:
        match node:
            case ast.Compare(left, [op], [right]) if type(op) in COMPARISONS:
                yield Fault(self._end(left), self._start(right), f" {COMPARISONS[type(op)]} ")
            case ast.BoolOp(op, values):
                for one, other in pairwise(values):
                    yield from self._between(one, other, "or" if isinstance(op, ast.And) else "and")
            case ast.UnaryOp(ast.Not(), operand):
                yield Fault(self._start(node), self._start(operand), "")
            case ast.BinOp(left, op, right) if type(op) in SIGNS:
                yield from self._between(left, right, SIGNS[type(op)])
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield from self._negated(test)
            case ast.comprehension(ifs=ifs):
                for test in ifs:
                    yield from self._negated(test)
            case ast.Constant() | ast.JoinedStr():
                yield from self._constants(node)
            case _:
                yield from self._of_a_part(node)

    def _of_a_part(self, node: ast.AST) -> Iterator[Fault]:
        """Faults by omission: of a statement, or of a condition."""
        match node:
            case ast.Expr(ast.Await() | ast.Call()) | ast.Raise() | ast.Continue() | ast.Break():
                yield self._whole(node, "pass")
            case ast.Call(ast.Attribute(attr=name), _, keywords) if name in CONDITIONED and len(keywords) > 1:
                yield from (self._without(keyword) for keyword in keywords if keyword.arg)
            case _:
                pass

    def _negated(self, test: ast.expr) -> Iterator[Fault]:
        # These have a fault of their own that is much the same.
        if not isinstance(test, ast.Compare | ast.UnaryOp | ast.BoolOp):
            yield self._whole(test, f"not ({self._text(test)})")

    def _constants(self, node: ast.Constant | ast.JoinedStr) -> Iterator[Fault]:
        text = self._text(node)
        match node:
            case ast.Constant(True | False):
                yield self._whole(node, str(not node.value))
            case ast.Constant(int()):
                yield self._whole(node, f"({text} + 1)")
            case ast.Constant(str()) | ast.JoinedStr() if is_sql(text):
                start = self._start(node)
                for begin, end, instead in sql_faults(text):
                    head = len(text[:begin].encode())
                    yield Fault(start + head, start + head + len(text[begin:end].encode()), instead)
            case _:
                pass

    def _without(self, keyword: ast.keyword) -> Fault:
        end = self._end(keyword)
        comma = self._data[end : end + 2] == b", "
        start = self._start(keyword)
        if not comma and self._data[start - 2 : start] == b", ":
            start -= 2
        return Fault(start, end + 2 * comma, "")

    def _between(self, left: ast.expr, right: ast.expr, instead: str) -> Iterator[Fault]:
        """Another operator; none where there are brackets, which a place in the tree does not tell of."""
        if not set(self._data[self._end(left) : self._start(right)]) & set(b"()"):
            yield Fault(self._end(left), self._start(right), f" {instead} ")

    def _whole(self, node: ast.expr | ast.stmt, instead: str) -> Fault:
        return Fault(self._start(node), self._end(node), instead)

    def _text(self, node: ast.expr) -> str:
        return self._data[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


def _shown(data: bytes, fault: Fault) -> str:
    """The lines of a fault, with what was there and what is."""
    first = data.rfind(b"\n", 0, fault.start) + 1
    last = data.find(b"\n", fault.end)
    before, after = data[first : fault.start], data[fault.end : last]
    there = data[fault.start : fault.end]
    return " ".join((before + b"[" + there + b" => " + fault.instead.encode() + b"]" + after).decode().split())


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
