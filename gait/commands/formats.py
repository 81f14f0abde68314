"""``gait formats``: every format that is recognised, with an example of its header.

Lives here: the list as text.
Not here: the formats themselves (readers/dialects.py, readers/kits.py, readers/long_table.py).
"""

from __future__ import annotations

import argparse

from gait.commands.command import DONE, tell

PURPOSE = """\
List every format that is recognised: the word for --dialect, the logger, and an example of its header.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description = PURPOSE
    parser.usage = "gait formats"


def run(args: argparse.Namespace) -> int:  # noqa: ARG001
    """Do it."""
    from gait.readers.dialects import DIALECTS
    from gait.readers.kits import KITS
    from gait.readers.layout import PLAIN
    from gait.readers.long_table import EXAMPLE, KEY, TITLE

    parts = [f"{row.key}\n  {row.title}\n    {row.example}" for row in DIALECTS]
    parts.append(
        f"{PLAIN}\n  any table whose header names a clock, an accelerometer and a gyroscope in usual words\n"
        "    time_ms,acc_x_g,acc_y_g,acc_z_g,gyro_x_dps,gyro_y_dps,gyro_z_dps\n"
        "    or seven columns of numbers in the order t,ax,ay,az,gx,gy,gz"
    )
    parts.append(f"{KEY}\n  {TITLE}\n    {EXAMPLE}")
    files = [
        f"{kit.key}\n  {kit.title}, a folder or zip with one file for each sensor\n    {kit.example}"
        for kit in KITS
    ]
    files.append(
        "sensor-logger-ios, sensor-logger-android\n  Sensor Logger without its Metadata.csv: says which sign the phone writes"
    )
    tell(
        "One table\n\n"
        + "\n".join(parts)
        + "\n\nOne file for each sensor\n\n"
        + "\n".join(files)
        + "\n\nTables may be packed as .gz. Captures of `gait record` and serial loggers' raw files are recognised, too, unpacked.\n"
        "For anything else say --columns and --units; gait analyze --help has the words."
    )
    return DONE
