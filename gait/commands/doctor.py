"""``gait doctor``: what gait finds on this computer, and the remedy where something is in the way.

Lives here: versions, extras, ports and their permissions, folders, kept calibrations, the history.
Not here: a sensor that is worn (check.py), what any of it is used for.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path

from gait.commands.command import DONE, FAILED, tell

PURPOSE = """\
Look at what gait needs on this computer: Python and packages, ports and the right to use them, folders to write to,
kept calibrations, remembered runs. Where something is in the way, the line says what helps.
"""

EPILOG = """\
lines
  ready  all is there
  open   not there: an extra that is not installed, a sensor that is not plugged in; only what it is for waits for it
  look   this is in the way of something that was to work

  --debug also shows what is only for people who build on gait: their extras, and the sketch's bench.

exit status
  0  nothing is in the way
  1  something is
"""

#: Less room on a disk does not hold a long run and its page. [B]  Chosen: an hour's capture is 16 MB.
LEAST_ROOM = 200_000_000

#: Name of the distribution.
DISTRIBUTION = "gait-traits"

#: Oldest Python. Source: pyproject.toml.
OLDEST = (3, 11)

#: Extras for people who build on gait, not for people who run with it.
BUILDERS = ("dev", "docs", "notebooks")

Line = tuple[str, str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait doctor"


def run(args: argparse.Namespace) -> int:
    """Do it."""
    looks, sensor = 0, True
    for name, state, says in _lines(builder=args.debug):
        looks += state == "look"
        sensor &= (name, state) != ("sensor", "open")
        tell(f"{name:<13} {state:<6} {says}")
    if looks:
        tell(f"\n{looks} thing{'s' * (looks > 1)} to look at.")
    else:
        tell(f"\nNothing is in the way{'' if sensor else '; no sensor is plugged in'}.")
    return FAILED if looks else DONE


def _lines(*, builder: bool) -> Iterator[Line]:
    yield from _versions()
    for line in _packages():
        if builder or line[0] not in [f"[{extra}]" for extra in BUILDERS]:
            yield line
    yield from _ports()
    if builder:
        yield _bench()
    yield from _folders()
    yield from _calibrations()
    yield _history()


def _versions() -> Iterator[Line]:
    from gait import __version__

    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield "gait", "ready", f"{__version__} in {Path(__file__).parents[1]}"
    python = f"{platform.python_version()} ({sys.executable}) on {system}"
    if sys.version_info < OLDEST:
        yield "python", "look", f"{python}: {OLDEST[0]}.{OLDEST[1]} or newer is needed."
    else:
        yield "python", "ready", python


def _packages() -> Iterator[Line]:
    """Packages gait stands on, then each extra."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield "packages", "look", "gait is run without being installed: python -m pip install ."
        return
    groups: dict[str, list[str]] = {"": []}
    for requirement in wanted:
        package = re.match(r"[A-Za-z0-9._-]+", requirement)
        of = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", requirement)
        if package:
            groups.setdefault(of[1] if of else "", []).append(package[0])
    for extra, names in groups.items():
        there = {name: _version(name) for name in names}
        lacking = [name for name, version in there.items() if version is None]
        listed = ", ".join(f"{name} {version}" for name, version in there.items() if version)
        what = f"[{extra}]" if extra else "packages"
        if not lacking:
            yield what, "ready", listed
        elif extra:
            yield (
                what,
                "open",
                f'without {", ".join(lacking)}: python -m pip install "{DISTRIBUTION}[{extra}]"',
            )
        else:
            yield what, "look", f"without {', '.join(lacking)}: python -m pip install {DISTRIBUTION}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _ports() -> Iterator[Line]:
    """Ports, and whether they may be opened."""
    try:
        from firmware_bridge.link import ports
    except ImportError:
        yield "ports", "look", "cannot be listed without pyserial: python -m pip install pyserial"
        return
    from firmware_bridge.virtual_sensor import running

    found = ports()
    for port in found:
        path = Path(port.path)
        if not port.likely:
            yield "port", "open", f"{path}: nothing is known of it; only gait record {path} would ask it"
        elif os.name != "posix" or os.access(path, os.R_OK | os.W_OK):
            yield "port", "ready", f"{path}: {port.kind}"
        else:
            yield "port", "look", f"{path}: {port.kind}. {_permission(path)}"
    made_up = running()
    for place in made_up:
        yield "port", "ready", f"{place}: made up by gait simulate"
    if not made_up and not any(port.likely for port in found):
        yield "sensor", "open", "none is plugged in, as far as can be seen; gait simulate makes one up"


def _permission(path: Path) -> str:
    """What lets this user open a port."""
    try:
        group = path.group()
    except (OSError, KeyError, NotImplementedError):
        group = "dialout"
    if group == "root":
        return f"You may not open it, and no group may: sudo chmod a+rw {path} helps until it is unplugged."
    return f"You may not open it; its group is {group}: sudo usermod -aG {group} $USER, then log out and in again."


def _bench() -> Line:
    """The simulated chip, for whoever builds on the sketch."""
    from firmware_bridge.bench.build import missing_tools

    lacking = missing_tools()
    if lacking:
        return "bench", "open", f"the sketch on a simulated chip (gait simulate --bench) waits for: {lacking}"
    return "bench", "ready", "the sketch can run on a simulated chip: gait simulate --bench"


def _folders() -> Iterator[Line]:
    from gait.calibration import store

    for name, folder in (("this folder", Path.cwd()), ("kept things", store.folder())):
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
            room = shutil.disk_usage(there).free
        except OSError as error:
            remedy = (
                "gait writes beside you: go to a folder of your own."
                if folder == Path.cwd()
                else f"Name another with the variable {store.VARIABLE}."
            )
            yield name, "look", f"{folder} cannot be written to ({error.strerror or error}). {remedy}"
            continue
        if room < LEAST_ROOM:
            yield name, "look", f"{folder} has {room / 1e6:.0f} MB left; a run takes up to 100 MB."
        else:
            yield name, "ready", f"{folder}, {room / 1e9:.0f} GB free"


def _calibrations() -> Iterator[Line]:
    from gait.calibration import store
    from gait.errors import CalibrationError

    kept = store.everything()
    if not kept:
        yield "calibrations", "open", "none is kept; gait calibrate takes two minutes"
    for path, found in kept:
        if isinstance(found, CalibrationError):
            yield "calibration", "look", f"{found} Move {path} away, and calibrate again."
        else:
            whole = "six positions" if found.six_position else "a part"
            yield (
                "calibration",
                "ready",
                f"{found.device}, {whole}, {found.made_at[:10] or 'no date'}: {path}",
            )


def _history() -> Line:
    """The runs that are remembered; looked at, and neither set aside nor mended."""
    from gait.errors import HistoryError
    from gait.history.place import store_path
    from gait.history.store import DamagedStore, Store

    path = store_path()
    if not path.exists():
        return "history", "open", f"no run is remembered in {path}; gait analyze RUN --keep remembers one"
    try:
        with closing(Store(path)) as store:
            runs = len(store.runs())
    except DamagedStore as error:
        return "history", "look", f"{error} gait analyze RUN --keep sets it aside whole and begins a new one."
    except HistoryError as error:
        return "history", "look", str(error)
    if not os.access(path, os.W_OK):
        return "history", "look", f"{path} may not be written to; look after its permissions."
    return "history", "ready", f"{runs} run{'s' * (runs != 1)}: {path}"
