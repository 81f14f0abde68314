"""Where the history is kept.

Lives here: the file, from what was asked for, the environment, or the system's custom.
Not here: what is in it (store.py).
"""

from __future__ import annotations

import os
from pathlib import Path

#: Environment variable that names the file.
VARIABLE = "GAIT_STORE"

#: Its name where nobody names it.
FILE_NAME = "history.sqlite"


def store_path(asked: Path | None = None) -> Path:
    """The file of the history: as asked for, else what ``GAIT_STORE`` says, else in the user's data folder."""
    if asked is not None:
        return asked.expanduser()
    if told := os.environ.get(VARIABLE, "").strip():
        return Path(told).expanduser()
    from platformdirs import user_data_path

    return user_data_path("gait", appauthor=False) / FILE_NAME
