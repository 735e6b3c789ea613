"""What goes wrong here; nobody outside is told of it."""


class NotCompiledError(Exception):
    """An operation, or what it is asked with, is for graphql-core as a whole."""


class UnexpectedError(Exception):
    """A value is not of its type."""
