"""The last release, installed beside this version: its wheel is kept in tests/released."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

RELEASED = Path(__file__).parent.parent / "released"


def wheel() -> Path:
    """The wheel, of which there is one."""
    (found,) = RELEASED.glob("usher-*.whl")
    return found


def released_version() -> str:
    """The version of the last release."""
    found = re.fullmatch(r"usher-(\d+\.\d+\.\d+)-py3-none-any\.whl", wheel().name)
    assert found, wheel()
    return found[1]


def install(folder: Path) -> Path:
    """Install it into a folder, without its dependencies, which are this version's; returns the folder."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        folder,
        wheel(),
    ]
    subprocess.run([*command, "--disable-pip-version-check"], check=True, stdin=subprocess.DEVNULL)
    return folder


def command(packages: Path) -> list[str]:
    """The command line of the release that is installed in a folder."""
    (installed,) = metadata.distributions(path=[str(packages)])
    (script,) = installed.entry_points.select(group="console_scripts", name="usher")
    return [sys.executable, "-c", f"from {script.module} import main; main()"]
