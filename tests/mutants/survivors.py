"""The mutants that survive, each with its reason: survivors.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test sees, and why none has to."""

    key: str
    reason: str


def known_survivors() -> dict[str, Survivor]:
    """Those on the list, by their keys. Fails on one without a reason."""
    listed = tomllib.loads(FILE.read_text()).get("survivor", [])
    found = {each["key"]: Survivor(each["key"], each["reason"]) for each in listed}
    assert all(each.reason for each in found.values()), "every survivor has a reason"
    return found
