"""A crew on a Dask cluster: its scheduler, its workers, its executor.

Lives here: the only file that imports Dask; connecting, and what is checked before anything is submitted.
Not here: what the workers do (worker.py), the loop that keeps them busy (run.py).
"""

from __future__ import annotations

import asyncio
import logging
import platform
import secrets
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gait.batch.marker import kept_digest
from gait.batch.remote import is_there
from gait.batch.task import BatchError
from gait.batch.worker import pin_threads
from gait.errors import MissingExtra

#: The scheduler must answer within this. [s]
CONNECT_S = 10.0

#: With no worker left for so long the batch ends; a nanny starts a dead one anew in some seconds. [s]  Chosen.
ALONE_S = 60.0

#: Tasks handed out for each thread. Chosen: a task's way there and back is some ms, its work half a second and more; four
#: in hand never run dry, and the scheduler never holds more than four for each thread.
IN_HAND = 4

#: Recordings whose reachability is looked at beforehand. Chosen: every worker looks; what is missing beyond them fails on
#: its own, with its own sentence.
LOOKED_AT = 20

#: Packages whose version can move a number.
SAME = ("numpy", "scipy", "pandas", "vqf")


@dataclass(frozen=True)
class Seen:
    """What a worker is and sees."""

    versions: Mapping[str, str]
    calibrations: str
    token: str
    writes: bool
    missing: tuple[str, ...]
    pinned: bool


class ClusterCrew:
    """Workers of a Dask cluster; see `Crew`.

    Parameters
    ----------
    address : str
        ``tcp://host:8786``, or ``tls://`` with the certificates that Dask's configuration names.
    out : Path
        The folder for the results, on a file system that the workers share.
    places : sequence of str
        The recordings, as the workers see them.
    kept : bool
        Whether calibrations that are kept for a sensor may be used; all workers must keep the same.

    Raises
    ------
    MissingExtra
        If Dask is not installed here.
    BatchError
        If the scheduler does not answer, nobody works there, or a worker has other versions or does not see the files.
    """

    executor: Executor

    def __init__(self, address: str, out: Path, places: Sequence[str], *, kept: bool = True) -> None:
        try:
            import distributed
        except ImportError as error:
            raise MissingExtra(
                "--cluster needs the extra `cluster`: pip install 'gait-traits[cluster]', here and on the workers."
            ) from error
        # Its client tells of every dead worker's keys on stderr; what comes of them is told by the batch.
        logging.getLogger("distributed").setLevel(logging.ERROR)
        self._address = address
        dask: Any = distributed  # it is only partly typed
        try:
            security = dask.Security().get_connection_args("client")
        except OSError as error:
            raise BatchError(
                f"A certificate that Dask's configuration names cannot be read ({_words(error)})."
            ) from error
        if address.startswith("tls://") and security.get("ssl_context") is None:
            raise BatchError(
                f"{address} asks for certificates, and Dask's configuration here names none; docs/scale.md says how."
            )
        try:
            # A client that never came to be still ends itself, which takes 20 s and a traceback where no scheduler answers.
            asyncio.run(asyncio.wait_for(_ask(dask.rpc, address, security), CONNECT_S))
            self._client: Any = dask.Client(address, timeout=CONNECT_S, set_as_default=False)
        except Exception as error:  # what is no scheduler may answer anything, a frame of 3 EB say
            raise BatchError(
                f"No scheduler answers at {address} within {CONNECT_S:.0f} s. Is it running and reachable from here, and is "
                f"the address right (tls:// where it uses certificates)? ({_words(error)})"
            ) from error
        try:
            threads = self._threads()
            self.notes: tuple[str, ...] = self._look(out, places, threads, kept=kept)
        except BaseException:
            self._client.close()
            raise
        self.died: tuple[type[BaseException], ...] = (dask.KilledWorker,)
        self.width = IN_HAND * sum(threads.values())
        self.executor = self._client.get_executor(pure=False)
        self._alone_since: float | None = None

    def renew(self) -> None:
        """The scheduler gives a dead worker's tasks to others by itself."""

    def check(self) -> None:
        """Somebody must be there."""
        if self._client.status != "running":
            raise BatchError(f"The scheduler at {self._address} is gone; the same command does the rest.")
        if self._client.scheduler_info().get("n_workers", 0) or self._threads_now():
            self._alone_since = None
            return
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        if now - self._alone_since > ALONE_S:
            raise BatchError(
                f"No worker has been left at {self._address} for {ALONE_S:.0f} s; the same command does the rest once there "
                "are some. A worker under a nanny (Dask's default) is started anew when it dies."
            )

    def close(self, *, now: bool = False) -> None:
        """Let go of the cluster, which stays."""
        with suppress(Exception):
            self.executor.shutdown(wait=not now)
        self._client.close()

    def _threads_now(self) -> dict[str, int]:
        """Threads of each worker, by address."""
        return dict(self._client.nthreads())

    def _threads(self) -> dict[str, int]:
        """Threads by worker; workers that are on their way, or started anew by their nanny, are waited for."""
        until = time.monotonic() + CONNECT_S
        while not (threads := self._threads_now()):
            if time.monotonic() > until:
                raise BatchError(
                    f"The scheduler at {self._address} has no workers. Start some: dask worker {self._address} --nthreads 1."
                )
            time.sleep(0.2)
        return threads

    def _look(
        self, out: Path, places: Sequence[str], threads: Mapping[str, int], *, kept: bool
    ) -> tuple[str, ...]:
        """Look at every worker; refuse what cannot go well, note what might."""
        step = max(1, len(places) // LOOKED_AT)
        some = tuple(places[::step][:LOOKED_AT])
        token = secrets.token_hex(16)
        sign = out / f".gait-{token}"
        sign.write_text(token, encoding="ascii")
        try:
            answers = self._client.run(look, str(sign), some, on_error="return")
        finally:
            sign.unlink(missing_ok=True)
        here, absent = versions(), {place for place in some if not is_there(place)}
        for worker, seen in answers.items():
            if not isinstance(seen, Seen):
                raise BatchError(
                    f"The worker {worker} cannot run gait ({_words(seen)}). Install the same version there, with the extra "
                    "`cluster`."
                )
            other = [f"{name} {seen.versions.get(name)} (here {v})" for name, v in here.items()
                     if seen.versions.get(name) != v]  # fmt: skip
            if other:
                raise BatchError(
                    f"The worker {worker} has {', '.join(other)}. Numbers of one study come from one set of versions; install "
                    "the same on all."
                )
            if kept and seen.calibrations != kept_digest():
                raise BatchError(
                    f"The worker {worker} keeps other calibrations than this machine, and they would be used by themselves. Say "
                    "--calibration none, or name a file that all share."
                )
            if seen.token != token or not seen.writes:
                raise BatchError(
                    f"The worker {worker} does not see {out} as this machine does, or may not write to it. --out must be a "
                    "folder on a file system that all share, by one path."
                )
            hidden = [place for place in seen.missing if place not in absent]
            if hidden:
                raise BatchError(
                    f"The worker {worker} does not see {hidden[0]}. Name recordings by paths or URLs that hold on the "
                    "workers, too."
                )
            if not seen.pinned:
                raise BatchError(
                    f"The worker {worker} would use a BLAS thread for every core. Start it with OMP_NUM_THREADS=1, "
                    "OPENBLAS_NUM_THREADS=1 and MKL_NUM_THREADS=1, or install threadpoolctl there."
                )
        crowded = sorted(worker for worker, n in threads.items() if n > 1)
        if not crowded:
            return ()
        slower = (
            f"{len(crowded)} of {len(threads)} workers have more than one thread, which share one interpreter and wait "
            "for each other; dask worker --nthreads 1 --nworkers N is faster."
        )
        return (slower,)


async def _ask(rpc: Any, address: str, security: Mapping[str, Any]) -> None:
    """Ask a scheduler who it is; whatever else is there raises what it likes."""
    async with rpc(address, connection_args=security) as scheduler:
        await scheduler.identity()


def look(sign: str, places: Sequence[str]) -> Seen:
    """What this process is and sees; runs on a worker."""
    import os

    pinned = pin_threads()
    token = ""
    with suppress(OSError):
        token = Path(sign).read_text(encoding="ascii")
    writes = os.access(Path(sign).parent, os.W_OK | os.X_OK)
    missing = []
    for place in places:
        try:
            there = is_there(place)
        except Exception:  # any store's own error means the same here
            there = False
        if not there:
            missing.append(place)
    return Seen(versions(), kept_digest(), token, writes, tuple(missing), pinned)


def versions() -> dict[str, str]:
    """Versions that must agree."""
    from gait.batch.marker import asked_digest
    from gait.calibration.store import NONE
    from gait.results import Asked
    from gait.version import VERSION

    found = {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "gait": f"{VERSION}, catalogue {asked_digest(Asked(calibration=NONE))[:8]}",
    }
    for name in SAME:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def _words(error: object) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
