"""Errors inside breadth-first execution; no client ever sees one."""


class NotCompiledError(Exception):
    """graphql-core must run the whole operation, or these variables."""


class UnexpectedError(Exception):
    """A value is not of its type."""
