"""The output of a command that is refused."""

from tests.support.processes import Finished


def assert_refused(done: Finished, text: str) -> None:
    """It ended with 2 and exactly this line."""
    assert done == Finished(2, "", f"usher: {text}\n")


def assert_one_line(done: Finished, beginning: str) -> None:
    """It ended with 2 and one line that begins like this."""
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"usher: {beginning}"), done.err
    assert done.err.count("\n") == 1, done.err
    assert done.err.endswith("\n")
