"""Work that behaves badly on purpose; imports nothing heavy, as every worker of the pool imports it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from gait.batch.task import Outcome, Task

#: As the kernel ends a process when memory is short.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def dies(task: Task) -> Outcome:
    """Work whose process is killed: by a poisoned file every time, by an unlucky one the first time."""
    sign = Path(task.out) / f"{task.name}.tried"
    if task.name == "poison" or (task.name == "unlucky" and not sign.exists()):
        sign.touch()
        os.kill(os.getpid(), KILL)
    time.sleep(0.02)
    return Outcome(task.name, {"seen": True})
