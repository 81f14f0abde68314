"""``gait ports``: where a sensor may be.

Lives here: the list, for people.
Not here: looking for ports (firmware_bridge).
"""

from __future__ import annotations

import argparse

from gait.commands.command import DONE, FAILED

PURPOSE = """\
List the serial ports of this computer, and what each likely is. The chip that makes a port of a plug is
named, not the sensor behind it: `gait record` finds that out by asking.
"""

EPILOG = """\
exit status
  0  there is a port
  1  there is none
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait ports"


def run(_args: argparse.Namespace) -> int:
    """Do it."""
    from firmware_bridge.link import ports
    from firmware_bridge.virtual_sensor import running

    rows = [(path, "made-up sensor (gait simulate)") for path in running()]
    rows += [(port.path, port.kind or "nothing is known of it") for port in ports()]
    if not rows:
        print("There is no serial port. Plug the sensor in, or make one up: gait simulate")
        return FAILED
    width = max(len(path) for path, _ in rows)
    for path, kind in rows:
        print(f"{path:<{width}}  {kind}")
    return DONE
