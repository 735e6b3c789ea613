"""Metrics of several processes told as one: each writes its own into a folder, and whoever is asked adds them up."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_metrics(processes: int) -> Iterator[None]:
    """Give the processes that are started in the block a folder of their own; one alone needs none."""
    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="usher-metrics-") as folder:
        # The library reads it when it is imported, which a process that is spawned has still to do.
        os.environ[FOLDER] = folder
        yield


def forget_dead_processes() -> None:
    """Leave out what processes had open that ended: killed ones could not say so."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return
    for file in Path(folder).glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not _is_running(process):
            mark_process_dead(process)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
