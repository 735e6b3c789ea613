"""Mailboxes and domains, by which limits of a recipient count: a mailbox may have many addresses."""


def mailbox_of(address: str) -> str:
    """The mailbox that an address leads to: without its +tag and, as many servers read it, without dots and case."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def domain_of(address: str) -> str:
    """The domain of an address."""
    return address.lower().rpartition("@")[2]
