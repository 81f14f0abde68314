"""One task in a process of its own: from the file to its folder and a row.

Lives here: what runs on a worker, and how a worker is made ready.
Not here: who calls it and where (run.py, pool.py, cluster.py).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from gait.batch import marker
from gait.batch.remote import at_hand
from gait.batch.row import row_of
from gait.batch.task import SHORT, Outcome, Task
from gait.errors import GaitError
from gait.folder import check_folder, sweep, write_folder
from gait.results import analyze_file, result_names, result_of

#: What BLAS and OpenMP libraries read when they are loaded. Source: their manuals.
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

#: Options of glibc's mallopt(3), and what is asked for. [B]  Numbers: <malloc.h>. Blocks are mapped by themselves from 32 MiB
#: on, the most that glibc allows; 128 MiB that are free at the end stay.  Chosen: an hour's arrays are below the one and
#: its temporary ones together about the other; 256 and 512 MiB were not faster.
M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = (-3, 32 << 20), (-1, 128 << 20)

#: Exit status of a worker whose parent is gone.
ORPHANED = 3

#: Letters of an unforeseen error's own words that are told.
LONGEST_WORDS = 200


def analyze_one(task: Task) -> Outcome:
    """Do one recording, unless that has been done; whatever happens becomes an outcome."""
    pin_threads()
    keep_memory()
    try:
        return _done(task)
    except GaitError as error:
        return Outcome(failure=str(error))
    except MemoryError:
        return Outcome(
            failure="there is not enough memory for this recording; fewer --jobs leave more to each."
        )
    except Exception as error:
        words = " ".join(str(error).split())[:LONGEST_WORDS]
        return Outcome(
            failure=f"something went wrong inside gait ({type(error).__name__}: {words}). This is a fault of gait, not of the "
            "recording; `gait analyze` on it with --debug shows where."
        )


def _done(task: Task) -> Outcome:
    wanted = result_names(series=task.series, page=task.page)
    with at_hand(task.place) as path:
        content = marker.content_digest(path)
        asked = marker.asked_digest(task.asked)
        run = f"{task.name}-{content[:SHORT]}"
        folder = Path(task.out) / run
        found = marker.find_done(folder, content, asked, wanted)
        if found is not None:
            return Outcome(run, found.row, before=True)
        check_folder(folder, wanted, force=task.force)
        analysis = analyze_file(path, task.asked, series=task.series)
    result = result_of(analysis, task.asked, series=task.series, page=task.page)
    row: dict[str, Any] = {"sha256": content, **row_of(result)}
    digests = {name: marker.bytes_digest(data) for name, data in result.files.items()}
    marker.forget_done(folder)
    sweep(folder)
    write_folder(folder, result.files)
    marker.write_done(folder, marker.Marker(content, asked, digests, row))
    return Outcome(run, row)


@cache
def keep_memory() -> None:
    """Let this process keep the memory that it lets go of, and have it again without asking the kernel; glibc alone.

    Dask's nanny starts its workers with MALLOC_TRIM_THRESHOLD_=65536, by which every array of some size is mapped and
    zeroed anew: 2.5 million page faults instead of 8 thousand, and 1.75 times the CPU, over 20 recordings (docs/scale.md).
    """
    with suppress(OSError, AttributeError, TypeError):  # no glibc: nothing to be told, nothing to mend
        mallopt = ctypes.CDLL(None).mallopt
        for option, size in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            mallopt(option, size)


def begin() -> None:
    """Make a process of the pool ready: Ctrl-C is for its parent, and it does not outlive it."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(ORPHANED)

        # Killed with -9, a parent says nothing to its pool, whose workers would wait for ever.
        threading.Thread(target=wait, name="gait-parent", daemon=True).start()


def pin_threads() -> bool:
    """One BLAS thread for this process, as there is a process for each core.

    Returns
    -------
    bool
        Whether that is certain: the libraries were told before they were loaded, or could be told now.
    """
    if all(os.environ.get(name) == "1" for name in THREADS[:3]):
        return True
    if "numpy" not in sys.modules:
        os.environ.update(dict.fromkeys(THREADS, "1"))
        return True
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return False
    threadpool_limits(1)
    return True
