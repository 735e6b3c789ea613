"""The command `usher`."""

import gc


def main() -> None:
    """Import what it takes, and run it."""
    # Next to nothing of what importing makes is garbage, and to look for it takes a tenth of a start.
    gc.disable()
    import models  # noqa: F401, PLC0415 - before any library: it says how some are imported
    from usher.run import run  # noqa: PLC0415

    run()
