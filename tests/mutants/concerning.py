"""Which tests concern a source file: those that name what it defines, the ones that do so most first."""

import ast
import re
from pathlib import Path

# Tests that mutants are tried with: none of whole processes, which would be those of the checkout.
FOLDERS = [
    "authority",
    "database",
    "jobs",
    "live",
    "mailers",
    "mutations",
    "payments",
    "protocol",
    "reading",
    "usher",
]
MOST_FILES = 8
# Each operation asks for a permission before anything else, though what follows asks as well.
REQUIRED = "test_every_operation_of_a_viewer_requires_a_permission_before_anything_else"

# Tests of what a file does that do not name it.
NEAR = {
    "account_transaction": ["tests/authority/test_waiting.py", "tests/authority/test_waiting_calls.py"],
    "credential_conditions": [
        "tests/mutations/test_assign_license_in_turn.py",
        "tests/mutations/test_assign_license_recalled.py",
    ],
    "carts": ["tests/mutations/test_proceed_to_purchase_again.py", "tests/reading/test_cart_and_domains.py"],
    "credentials": [
        "tests/live/test_credentials.py",
        "tests/protocol/test_api_key_credentials.py",
        "tests/mutations/test_complete_sign_in.py",
    ],
    "inputs": ["tests/mutations/test_add_user.py", "tests/mutations/test_create_api_key.py"],
    "outbox": ["tests/jobs/test_mail_outage.py", "tests/mailers/test_notices.py"],
    "seats": ["tests/mutations/test_transfer_license.py", "tests/mutations/test_activate_license.py"],
    "viewer": ["tests/mutations/test_by_api_key.py"],
}


def tests_of(root: Path, file: str) -> list[str]:
    """The test files that concern a source file, the nearest first."""
    wanted = _names(root / file)
    stem = Path(file).stem
    ranked: list[tuple[float, str]] = []
    for folder in FOLDERS:
        for test in sorted((root / "tests" / folder).rglob("test_*.py")):
            text = test.read_text()
            named = re.search(rf"\btest_{stem}\b|_{stem}(_|$)|test_{stem}_", test.stem) is not None
            score = 1000 * named + sum(1 + text.count(name) / 100 for name in wanted if name in text)
            if score:
                ranked.append((-score, str(test.relative_to(root))))
    found = [path for _, path in sorted(ranked)][:MOST_FILES] + NEAR.get(stem, [])
    if file.startswith("models/operations/"):
        found += ["tests/authority/test_waiting_calls.py", f"tests/test_architecture.py::{REQUIRED}"]
    return list(dict.fromkeys(found))


def _names(source: Path) -> set[str]:
    """The names that a file defines, and the mutation or the file that is named after it."""
    head, *rest = source.stem.split("_")
    names = {source.stem, head + "".join(word.capitalize() for word in rest)}
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            names.add(node.name)
    return {name for name in names if len(name) > 4}
