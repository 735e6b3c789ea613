"""Which documents the settings have a server run, with the manifests of trusted ones."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from api.documents.policy import DocumentRules
from api.documents.trusted import PREFIX, TrustedDocuments, document_hash
from models.text.text_files import read_utf8
from usher.settings import Settings, SettingsError

PORTAL = Path(__file__).parent.parent / "portal" / "dist"
APOLLO = "apollo-persisted-query-manifest"


def document_rules(settings: Settings) -> DocumentRules:
    """The documents that may run. Raises SettingsError with one line if a manifest is malformed."""
    if settings.only_trusted_documents and settings.trusted_documents is None and not settings.portal:
        raise SettingsError("USHER_ONLY_TRUSTED_DOCUMENTS is wrong: it needs USHER_TRUSTED_DOCUMENTS.")
    named = _documents(settings.trusted_documents) if settings.trusted_documents else ()
    return DocumentRules(
        introspection=settings.introspection,
        only_trusted=settings.only_trusted_documents,
        trusted=TrustedDocuments(chain(named, portal_documents() if settings.portal else ())),
    )


def portal_documents() -> Iterable[str]:
    """The portal's own documents; none where it is not built."""
    manifest = PORTAL / "documents.json"
    return _documents(manifest) if manifest.exists() else ()


def _documents(path: Path) -> Iterator[str]:
    for file in _files(path):
        for name, text in _entries(file):
            actual = document_hash(text)
            if name.removeprefix(PREFIX) != actual:
                raise _wrong(f"{file} has a document under {name[:80]!r} whose SHA-256 is {actual}")
            yield text


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.json"))
    if not files:
        raise _wrong(f"no .json file is in {path}")
    return files


def _entries(file: Path) -> list[tuple[str, str]]:
    """Hashes and texts: an object of them, or the operations of an Apollo manifest."""
    try:
        text = read_utf8(file)
    except OSError as error:
        raise _wrong(f"{file} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise _wrong(f"{file} cannot be read: {error}") from None
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong(f"{file} is not JSON") from None
    entries = _apollo(manifest) if _is_apollo(manifest) else manifest
    if not isinstance(entries, dict) or not all(map(_is_text, entries.values())):
        raise _wrong(f'{file} is neither {{"SHA-256": "document"}} nor an Apollo manifest of version 1')
    return list(entries.items())


def _is_apollo(manifest: Any) -> bool:
    return isinstance(manifest, dict) and manifest.get("format") == APOLLO


def _apollo(manifest: dict[str, Any]) -> dict[str, Any] | None:
    operations = manifest.get("operations")
    if manifest.get("version") != 1 or not isinstance(operations, list):
        return None
    if not all(isinstance(each, dict) and isinstance(each.get("id"), str) for each in operations):
        return None
    return {each["id"]: each.get("body") for each in operations}


def _is_text(value: Any) -> bool:
    # JSON can spell halves of characters, which no encoding can write.
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _wrong(what: str) -> SettingsError:
    return SettingsError(f"USHER_TRUSTED_DOCUMENTS is wrong: {what}.")
