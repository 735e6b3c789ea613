"""Tools for clients accept schema.graphql as it is: linter, type generator, Relay's compiler."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from e2e.tools.conftest import Tool
from usher.document_manifests import document_rules
from usher.settings import Settings


def change(folder: Path, was: str, becomes: str) -> None:
    """Change the tools' copy of the schema."""
    file = folder / "schema.graphql"
    text = file.read_text()
    assert was in text
    file.write_text(text.replace(was, becomes, 1))


def test_the_linter_finds_nothing_in_the_schema(tool: Tool) -> None:
    done = tool("eslint", "--max-warnings", "0", "schema.graphql")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("was", "becomes", "rule"),
    [
        ("  COOKIE\n", "  cookie\n", "naming-convention"),
        ("type Query {", "type Unused { a: Int }\n\ntype Query {", "no-unreachable-types"),
        ('"""An HttpOnly cookie, for browsers."""', "", "require-description"),
        ("  hasNextPage: Boolean!", "  hasNextPage: Boolean", "relay-page-info"),
    ],
)
def test_the_linter_finds_errors(tool: Tool, folder: Path, was: str, becomes: str, rule: str) -> None:
    change(folder, was, becomes)
    done = tool("eslint", "schema.graphql")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"@graphql-eslint/{rule}" in done.stdout


def test_types_are_generated_for_the_schema_and_for_documents(tool: Tool, folder: Path) -> None:
    done = tool("graphql-codegen", "--config", "codegen.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search("warn|deprecat", done.stdout + done.stderr, re.IGNORECASE)
    schema, operations = ((folder / name).read_text() for name in ("schema.ts", "operations.ts"))
    types = set(build_schema((folder / "schema.graphql").read_text()).type_map)
    spelled = set(re.findall(r"^export (?:type|enum) (\w+)", schema, re.MULTILINE))
    assert {name for name in types if not name.startswith("__")} - spelled <= {
        "Boolean", "DateTime", "Decimal", "Float", "ID", "Int", "String",
    }  # fmt: skip
    assert "any" not in re.findall(r"\w+", re.sub(r"/\*.*?\*/", "", schema + operations, flags=re.DOTALL))
    checked = tool("tsc", "--noEmit", "--strict", "schema.ts", "operations.ts")
    assert (checked.returncode, checked.stdout) == (0, "")


def test_relays_compiler_accepts_the_schema_and_usher_its_manifest(tool: Tool, folder: Path) -> None:
    (folder / "documents.json").write_text("{}")
    done = tool("relay-compiler", "relay.config.json")
    output = done.stdout + done.stderr
    assert (done.returncode, "Compilation completed." in output) == (0, True), output
    assert not re.search("warn|error", output, re.IGNORECASE), output
    documents = json.loads((folder / "documents.json").read_text())
    schema = build_schema((folder / "schema.graphql").read_text())
    assert [validate(schema, parse(text)) for text in documents.values()] == [[], [], [], []]
    trusted = document_rules(Settings(trusted_documents=folder / "documents.json")).trusted
    assert {digest: trusted.find(digest) for digest in documents} == documents


def test_relays_compiler_finds_a_missing_field(tool: Tool, folder: Path) -> None:
    change(folder, "  edges: [UserEdge!]!", "  borders: [UserEdge!]!")
    (folder / "documents.json").write_text("{}")
    done = tool("relay-compiler", "relay.config.json")
    assert done.returncode != 0
    assert "edges" in done.stdout + done.stderr
