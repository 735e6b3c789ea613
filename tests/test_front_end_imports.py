"""The import graphs of the portal and the explorer."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

IMPORT = re.compile(r'^(?:import|export) [^"();=]*"(\.{1,2}/[^"]+)"|\bimport\("(\.{1,2}/[^"]+)"\)', re.MULTILINE)


@pytest.mark.parametrize(("front_end", "arrows"), [("portal", 400), ("explorer", 20)])
def test_no_module_imports_itself_by_way_of_others(front_end: str, arrows: int) -> None:
    graph = {path: imported_files(path) for path in modules(ROOT / front_end / "src")}
    assert sum(map(len, graph.values())) > arrows
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(path.name for path in reversed(error.args[1])))


def modules(folder: Path) -> list[Path]:
    """The TypeScript files of a front-end, but for the generated ones, which import nothing of it."""
    return [path for path in sorted(folder.rglob("*.ts*")) if "gql" not in path.parts]


def imported_files(path: Path) -> set[Path]:
    """The modules that a file imports by a relative path, for their types too."""
    names = [static or lazy for static, lazy in IMPORT.findall(path.read_text("utf-8"))]
    bases = [(path.parent / name).resolve() for name in names]
    candidates = [base.parent / f"{base.name}{ending}" for base in bases for ending in (".ts", ".tsx", "/index.ts")]
    return {candidate for candidate in candidates if candidate.exists() and "gql" not in candidate.parts}
