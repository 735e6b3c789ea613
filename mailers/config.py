"""The settings of the installation that mails use."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MailConfig:
    """`public_url` is the base of the links, `install_url` is the download page of the licensed product."""

    mail_from: str
    public_url: str
    install_url: str
    secret_key: str = field(repr=False)
