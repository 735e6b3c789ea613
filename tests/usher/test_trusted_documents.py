"""Manifests of trusted documents: what is read, and the one line that says what is wrong with one."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.refused_command import assert_refused
from tests.usher.conftest import Run
from usher.document_manifests import document_rules
from usher.settings import Settings, SettingsError

WHO = "query Who { viewer { user { email } } }\n"
TYPE = "{ __typename } # été"
WHO_HASH, TYPE_HASH = (hashlib.sha256(text.encode()).hexdigest() for text in (WHO, TYPE))
SHAPE = 'is neither {"SHA-256": "document"} nor an Apollo manifest of version 1'


def rules(path: Path, *, only: bool = False) -> Any:
    return document_rules(Settings(trusted_documents=path, only_trusted_documents=only))


def manifest(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def operation(text: str) -> dict[str, str]:
    return {"id": hashlib.sha256(text.encode()).hexdigest(), "name": "Any", "type": "query", "body": text}


def apollo(*operations: object, version: object = 1) -> dict[str, object]:
    return {"format": "apollo-persisted-query-manifest", "version": version, "operations": list(operations)}


@pytest.mark.parametrize(
    "content",
    [
        {WHO_HASH: WHO, TYPE_HASH: TYPE},
        {f"sha256:{WHO_HASH}": WHO, TYPE_HASH: TYPE},
        apollo(operation(WHO), operation(TYPE)),
    ],
)
def test_a_manifest_is_read(tmp_path: Path, content: object) -> None:
    found = rules(manifest(tmp_path / "documents.json", content))
    assert [found.trusted.find(WHO_HASH), found.trusted.find(TYPE_HASH)] == [WHO, TYPE]
    assert (found.only_trusted, "{ __typename }" in found.trusted) == (False, False)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps({TYPE_HASH: TYPE}, ensure_ascii=False), "utf-8-sig")
    assert rules(file).trusted.find(TYPE_HASH) == TYPE


def test_every_manifest_of_a_folder_is_read_and_nothing_else(tmp_path: Path) -> None:
    manifest(tmp_path / "one.json", {WHO_HASH: WHO})
    manifest(tmp_path / "two.json", apollo(operation(TYPE), operation(WHO)))
    manifest(tmp_path / "notes.txt", "not a manifest")
    found = rules(tmp_path, only=True)
    assert [found.trusted.find(WHO_HASH), found.trusted.find(TYPE_HASH)] == [WHO, TYPE]
    assert found.only_trusted


def test_without_a_manifest_nothing_is_trusted_and_everything_is_run() -> None:
    found = document_rules(Settings(portal=False))
    assert (found.only_trusted, WHO in found.trusted) == (False, False)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({WHO_HASH: TYPE}, f"has a document under '{WHO_HASH}' whose SHA-256 is {TYPE_HASH}"),
        ({WHO_HASH.upper(): WHO}, f"has a document under '{WHO_HASH.upper()}' whose SHA-256 is {WHO_HASH}"),
        ({WHO_HASH: WHO.strip()}, f"has a document under '{WHO_HASH}' whose SHA-256 is"),
        ({"": WHO}, f"has a document under '' whose SHA-256 is {WHO_HASH}"),
        (apollo(operation(WHO) | {"body": TYPE}), f"has a document under '{WHO_HASH}' whose SHA-256 is {TYPE_HASH}"),
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([WHO], SHAPE),
        ("null", SHAPE),
        ({WHO_HASH: None}, SHAPE),
        ({WHO_HASH: [WHO]}, SHAPE),
        ({WHO_HASH: "{ a } # \ud800"}, SHAPE),
        (apollo(operation(WHO), version=2), SHAPE),
        (apollo("x"), SHAPE),
        (apollo(operation(WHO) | {"id": 1}), SHAPE),
        (apollo({"id": WHO_HASH}), SHAPE),
        ({"format": "apollo-persisted-query-manifest", "version": 1}, SHAPE),
    ],
)
def test_a_wrong_manifest_is_one_line(tmp_path: Path, content: object, problem: str) -> None:
    file = manifest(tmp_path / "documents.json", content)
    with pytest.raises(SettingsError) as refused:
        rules(file)
    text = str(refused.value)
    assert text.startswith(f"USHER_TRUSTED_DOCUMENTS is wrong: {file} {problem}")
    assert text == " ".join(text.split())


def test_a_manifest_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        rules(tmp_path / "none.json")
    expected = f"USHER_TRUSTED_DOCUMENTS is wrong: {tmp_path}/none.json cannot be read (No such file or directory)."
    assert str(refused.value) == expected
    with pytest.raises(SettingsError) as refused:
        rules(tmp_path)
    assert str(refused.value) == f"USHER_TRUSTED_DOCUMENTS is wrong: no .json file is in {tmp_path}."


async def test_nothing_starts_with_a_wrong_manifest(run: Run, tmp_path: Path) -> None:
    manifest(tmp_path / "documents.json", {WHO_HASH: TYPE})
    done = await run("serve", SECRET_KEY="k" * 32, SMTP_URL="smtp://127.0.0.1:9", TRUSTED_DOCUMENTS="documents.json")
    assert_refused(
        done,
        f"USHER_TRUSTED_DOCUMENTS is wrong: documents.json has a document under '{WHO_HASH}'"
        f" whose SHA-256 is {TYPE_HASH}.",
    )


async def test_without_the_portal_only_trusted_documents_need_a_manifest(run: Run) -> None:
    strict = {"ONLY_TRUSTED_DOCUMENTS": "true", "PORTAL": "false"}
    done = await run("serve", SECRET_KEY="k" * 32, SMTP_URL="smtp://127.0.0.1:9", **strict)
    assert_refused(done, "USHER_ONLY_TRUSTED_DOCUMENTS is wrong: it needs USHER_TRUSTED_DOCUMENTS.")
