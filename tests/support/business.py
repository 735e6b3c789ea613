"""An account as its clients know it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Business:
    """An account: its administrator's access token, and ids as the API gives them."""

    account_id: str
    token: str
    users: list[str] = field(default_factory=list)
    packages: dict[str, str] = field(default_factory=dict)
