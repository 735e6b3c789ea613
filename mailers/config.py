"""What every mail needs to know of the installation."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MailConfig:
    """`public_url` is the base of the links, `install_url` is where people get the licensed product."""

    mail_from: str
    public_url: str
    install_url: str
    secret_key: str = field(repr=False)
