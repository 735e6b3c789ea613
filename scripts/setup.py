"""Makes .venv and the web pages; run by any Python 3.11 or later, with nothing installed.

Each step is skipped when what it makes is newer than what it is made from, so a second run takes no time.
"""

import compileall
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LOG = ROOT / ".usher" / "setup.log"
EXPLORER = ROOT / "explorer"
PORTAL = ROOT / "portal"
COMPRESS = ROOT / "scripts" / "compress.mjs"
CLIENTS = ROOT / "e2e" / "clients"
COMPARED = [ROOT / "benchmarks" / "mercurius", ROOT / "benchmarks" / "postgraphile"]
NPM_CI = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
UV = "uv==0.13.9"
SYNC = ["sync", "--frozen", "--inexact", "--quiet", "--project", str(ROOT), "--extra", "demo"]


def main() -> None:
    """Do every step that is not done."""
    if sys.version_info < (3, 11):
        _fail(f"Usher needs Python 3.11 or later; this is {sys.version.split()[0]}. Try make PYTHON=python3.12")
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    _step("Python environment", _make_environment, VENV / ".made", [])
    locked = [ROOT / "uv.lock", ROOT / "pyproject.toml"]
    _step("Python packages", _sync_packages, VENV / ".compiled", locked)
    _compile_own_packages()
    _step("Explorer", partial(_build, EXPLORER, "build"), EXPLORER / "dist" / ".built", _sources(EXPLORER))
    portal = [*_sources(PORTAL), ROOT / "schema.graphql"]
    _step("Portal", partial(_build, PORTAL, "build"), PORTAL / "dist" / ".built", portal)
    if sys.argv[1:] == ["e2e"]:
        _set_up_e2e()
    if sys.argv[1:] == ["bench"]:
        _set_up_bench()


def _set_up_e2e() -> None:
    """Install the further dependencies of `make e2e`."""
    _run(
        [str(BIN / "uv"), *SYNC, "--group", "e2e"],
        "The Python packages of e2e/ cannot be installed. Is the package registry reachable?",
    )
    portal = [*_sources(PORTAL), ROOT / "schema.graphql"]
    _step("Portal's own checks", partial(_build, PORTAL, "check"), PORTAL / "dist" / ".checked", portal)
    _install_modules("JavaScript clients", CLIENTS)


def _set_up_bench() -> None:
    """Install the servers that `make bench` compares Usher with."""
    for folder in COMPARED:
        _install_modules(folder.name.capitalize(), folder)


def _install_modules(name: str, folder: Path) -> None:
    locked = [folder / "package.json", folder / "package-lock.json"]
    _step(name, partial(_install, folder), folder / "node_modules" / ".installed", locked)


def _step(name: str, make: Callable[[], None], stamp: Path, sources: list[Path]) -> None:
    fingerprint = _fingerprint(sources)
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    print(f"  {name} ...", end="", flush=True)
    began = time.monotonic()
    make()
    stamp.write_text(fingerprint)
    print(f" {time.monotonic() - began:.0f} s", flush=True)


def _make_environment() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    _run(
        [sys.executable, "-m", "venv", str(VENV)],
        "Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv",
    )
    _run(
        [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV],
        "pip cannot install uv. Is the package registry reachable?",
    )


def _sync_packages() -> None:
    _run(
        [str(BIN / "uv"), *SYNC, "--compile-bytecode"],
        "The locked Python packages cannot be installed. Is the package registry reachable?",
    )


def _compile_own_packages() -> None:
    """Compile the packages, as Python's first start does if it may write there (PYTHONDONTWRITEBYTECODE, file owner).

    Without it every start compiles everything anew, which takes longer than all the rest. Files that are compiled
    already take no time, and those with errors are told of when they are run.
    """
    import tomllib  # noqa: PLC0415 - an older Python is told so before

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        compileall.compile_dir(ROOT / package, quiet=2)


def _build(folder: Path, script: str) -> None:
    npm = _npm()
    problem = f"`npm run {script}` fails in {folder.name}/. Is the npm registry reachable?"
    for arguments in (NPM_CI, ["run", script]):
        _run([*npm, *arguments], problem, folder)
    shutil.rmtree(folder / "node_modules", ignore_errors=True)


def _install(folder: Path) -> None:
    problem = f"What {folder.relative_to(ROOT)}/ needs cannot be installed. Is the npm registry reachable?"
    _run([*_npm(), *NPM_CI], problem, folder)


def _npm() -> list[str]:
    """The machine's npm when its Node is new enough, else the one that came as a Python package."""
    npm = shutil.which("npm")
    node = shutil.which("node")
    if npm and node:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= 20:
            return [npm]
    return [str(BIN / "npm")]


def _run(command: list[str], problem: str, folder: Path = ROOT) -> None:
    # VIRTUAL_ENV tells uv which environment; the PATH lets npm's scripts find the Node that npm came with.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"VIRTUAL_ENV": str(VENV), "UV_PROJECT_ENVIRONMENT": str(VENV), "PATH": path}
    with LOG.open("a") as log:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        _fail(f"{problem} Details are in {LOG.relative_to(ROOT)}.")


def _fingerprint(sources: list[Path]) -> str:
    """A hash of the sources of a step: of their contents, because a fresh clone has fresh times."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> list[Path]:
    made = {"node_modules", "dist", "gql"}
    files = (path for path in folder.rglob("*") if path.is_file() and not made & set(path.relative_to(folder).parts))
    return [COMPRESS, *sorted(files)]


def _fail(text: str) -> None:
    print(f"\nsetup: {text}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
