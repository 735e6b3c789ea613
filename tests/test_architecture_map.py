"""The maps of docs/architecture.md show the imports that the code has; arrows that others imply are left out."""

import re
from collections.abc import Iterator

import pytest

from tests.test_architecture import PACKAGES, ROOMS, ROOT, imported_packages, modules_of, room_of, sources

PAGE = (ROOT / "docs" / "architecture.md").read_text()
ARROW = re.compile(r"^ *(\w+)(?:\[.*\])? --> (\w+)", re.MULTILINE)

Arrows = set[tuple[str, str]]


def drawn(name: str) -> Arrows:
    """The arrows of the Mermaid map below a heading."""
    found = re.search(rf"^#+ {name}\n.*?```mermaid\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/architecture.md has no map of {name}"
    return {(arrow[1], arrow[2]) for arrow in ARROW.finditer(found[1])}


def without_implied(arrows: Arrows) -> Arrows:
    """The arrows of a graph without circles that no longer way stands for."""
    below: dict[str, set[str]] = {}
    for start, end in arrows:
        below.setdefault(start, set()).add(end)

    def reached(start: str) -> Iterator[str]:
        for end in below.get(start, ()):
            yield end
            yield from reached(end)

    return {(start, end) for start, end in arrows if not any(end in reached(other) for other in below[start] - {end})}


def imports_between_packages() -> Arrows:
    return {
        (package, other)
        for package in PACKAGES
        for _, tree in sources(package)
        for other in imported_packages(tree) & set(PACKAGES) - {package}
    }


def imports_between_rooms(package: str) -> Arrows:
    return {
        (room, other)
        for path, tree in sources(package)
        if (room := room_of(path)) != "__init__"
        for name in modules_of(tree)
        if name.startswith(f"{package}.") and (other := name.split(".")[1]) != room
    }


def test_the_map_of_packages_shows_the_imports() -> None:
    assert drawn("Packages") == without_implied(imports_between_packages())


@pytest.mark.parametrize("package", ROOMS)
def test_the_map_of_a_package_shows_the_imports_of_its_rooms(package: str) -> None:
    assert drawn(f"`{package}/`") == without_implied(imports_between_rooms(package))
