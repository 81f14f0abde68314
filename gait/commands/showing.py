"""How `gait live` and `gait replay` show what is there: on a page, in the terminal, as lines for programs.

Lives here: the flags both have, opening and closing page and terminal around a stage, the whole analysis at the end.
Not here: what is shown (live/), where samples come from (live.py, replay.py).
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.commands.command import DONE, FAILED, UsageError, a_path
from gait.commands.reading import FACINGS
from gait.commands.record import stoppable
from gait.errors import ReadError
from gait.folder import check_folder, default_folder, write_folder

if TYPE_CHECKING:
    from gait.calibration.calibration import Calibration
    from gait.live.stage import Finished, Run, Scene, Stage
    from gait.recording import Placement, Recording

#: Written beside a finished run, as `gait analyze` does.
WRITTEN = ("analysis.json", "strides.csv", "steps.csv", "report.html")

#: Everywhere, when sharing without an address.
EVERYWHERE = "0.0.0.0"

#: An address for documents alone; asking which of our own would be used to reach it sends nothing. Source: RFC 5737.
NOBODY = ("192.0.2.1", 9)


def add_worn_arguments(parser: argparse.ArgumentParser) -> None:
    """How the sensor is worn."""
    worn = parser.add_argument_group("how it is worn")
    worn.add_argument(
        "--placement", metavar="WHERE", help="sternum (or chest), upper-back, waist, sacrum or unknown"
    )
    worn.add_argument(
        "--facing", metavar="AXIS", choices=FACINGS, help="sensor axis that points forward: +x -x +y -y +z -z"
    )
    worn.add_argument("--calibration", metavar="FILE", type=a_path, help="calibration of this sensor")


def add_showing_arguments(parser: argparse.ArgumentParser) -> None:
    """How it is shown."""
    shown = parser.add_argument_group("how it is shown")
    shown.add_argument("--terminal", action="store_true", help="here in the terminal instead of on a page")
    shown.add_argument(
        "--json-lines", action="store_true", help="one JSON object each half second on stdout, for programs"
    )
    shown.add_argument(
        "--lsl", action="store_true", help="also as a Lab Streaming Layer outlet (needs pylsl)"
    )
    shown.add_argument("--http", metavar="N", type=int, help="port of the page, 8421 or the next free one")
    shown.add_argument(
        "--share",
        metavar="ADDRESS",
        nargs="?",
        const=EVERYWHERE,
        help="let others on the network look, each with a link that opens once",
    )
    shown.add_argument("--open", action="store_true", help="open the page in this computer's browser")
    shown.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")


def check_showing(args: argparse.Namespace) -> Placement | None:
    """The placement; wrong flags are usage errors."""
    from gait.readers.words import parse_placement

    if args.terminal and args.json_lines:
        raise UsageError("--terminal and --json-lines both want the terminal; choose one.")
    if args.http is not None and not 0 <= args.http <= 65535:
        raise UsageError(f"--http takes a port from 0 to 65535; {args.http} is none.")
    if args.share is not None and (args.terminal or args.json_lines) and args.http is None:
        raise UsageError(
            "--share shares the page; name its port with --http beside --terminal or --json-lines."
        )
    try:
        return parse_placement(args.placement) if args.placement is not None else None
    except ReadError as error:
        raise UsageError(str(error)) from error


def wants_page(args: argparse.Namespace) -> bool:
    """Whether a page is served."""
    return not (args.terminal or args.json_lines) or args.http is not None


def calibration_of(args: argparse.Namespace, device: str) -> tuple[Calibration | None, tuple[str, ...]]:
    """The calibration that was named, or the one kept for this sensor, and what there is to say of finding it."""
    from gait.calibration.store import known

    return known(args.calibration, device)


def show(args: argparse.Namespace, begin: Callable[[], Run], first: Run, *, endless: bool) -> int:
    """Show runs until Ctrl-C, or until the first one ended where there is no page that could begin another.

    Parameters
    ----------
    args : Namespace
    begin : callable
        Makes each further run.
    first : Run
    endless : bool
        A page stays open behind a finished run.
    """
    from gait.live.stage import Stage

    say = _saying(args)
    failed = ""
    with ExitStack() as around:
        told = _Told()
        stage = Stage(begin, told)
        paged = wants_page(args)
        if paged:
            around.enter_context(_page(args, stage, told, say))
        if args.terminal:
            from gait.live.terminal import Terminal

            told.add(around.enter_context(Terminal()).show)
        if args.json_lines:
            told.add(_Lines().show)
        if args.lsl:
            from gait.live.outlet import Outlet

            told.add(Outlet().show)
        with stoppable() as stopped:
            stage.open(first)
            while not stopped():
                time.sleep(0.1)
                if stage.doing in ("finished", "failed") and not (paged and endless):
                    break
            if stage.doing == "running":
                say("Saved. Now the whole run is being looked at.")
            stage.close()
        finished, failed = stage.finished, stage.why
    if finished is not None:
        say(_ending(finished))
    if failed:
        print(f"gait: {failed}", file=sys.stderr)
    return FAILED if failed else DONE


def finished_of(
    recording: Recording,
    *,
    placement: Placement | None,
    calibration: Calibration | None,
    facing: str | None,
    folder: Path | None,
    file: str,
) -> Finished:
    """The whole analysis of a run: its page, written where `gait analyze` would, unless ``folder`` is None."""
    from gait.live.stage import Finished
    from gait.pipeline import analyze
    from gait.results import result_of

    analysis = analyze(recording, placement=placement, calibration=calibration, facing=facing)
    result = result_of(analysis)
    if folder is not None:
        write_folder(folder, result.files)
    return Finished(result.files["report.html"], result.summary.strip(), folder, file)


def folder_for(run: Path) -> Path:
    """Where the whole analysis of a run will go; nothing of others is there."""
    folder = default_folder(run)
    check_folder(folder, WRITTEN)
    return folder


def _ending(finished: Finished) -> str:
    parts = [finished.summary]
    if finished.folder is not None:
        parts.append(f"The page: {finished.folder / 'report.html'}")
    if finished.file:
        parts.append(f"The run: {finished.file}")
    return "\n\n".join((parts[0], "\n".join(parts[1:]))).strip()


class _Told:
    """Says each scene once and hands it to everybody who shows it."""

    def __init__(self) -> None:
        from gait.live.view import View

        self._view = View()
        self._shown_by: list[Callable[[dict[str, Any]], None]] = []

    def add(self, show: Callable[[dict[str, Any]], None]) -> None:
        self._shown_by.append(show)

    def __call__(self, scene: Scene) -> None:
        said = self._view.say(scene)
        for show in self._shown_by:
            show(said)


class _Lines:
    """Views as lines on stdout; when nobody reads them any more the recording goes on."""

    def __init__(self) -> None:
        self._on = True

    def show(self, said: dict[str, Any]) -> None:
        if not self._on:
            return
        try:
            print(json.dumps(said, allow_nan=False), flush=True)
        except OSError:
            self._on = False
            print("gait: nobody reads the lines any more; the run goes on. Ctrl-C ends it.", file=sys.stderr)


def _saying(args: argparse.Namespace) -> Callable[[str], None]:
    """Sentences for people: to stdout, or to stderr where that belongs to something else; nowhere with --quiet."""
    if args.quiet:
        return lambda _text: None
    out = sys.stderr if args.json_lines else sys.stdout
    return lambda text: print(text, file=out, flush=True)


@contextmanager
def _page(args: argparse.Namespace, stage: Stage, told: _Told, say: Callable[[str], None]) -> Iterator[None]:
    """The page is served."""
    from gait.live.guard import Guard
    from gait.live.server import Hub, Server, application

    hub = Hub()
    opened = threading.Event()
    links: list[str] = []

    def new_token(token: str) -> None:
        if opened.is_set():
            say(f"Someone has opened the page. The next one opens: {links[0]}#{token}")

    name = socket.gethostname()
    guard = Guard(shared=args.share is not None, names=(name, f"{name}.local"), new_token=new_token)
    buttons = {"mark": stage.mark, "again": stage.again, "start": stage.start, "stop": stage.stop}
    app = application(hub, guard, buttons, lambda: stage.finished.page if stage.finished else None)
    server = Server(app, hub, host=args.share or "127.0.0.1", port=args.http)
    told.add(hub.publish)
    server.open()
    here = f"http://127.0.0.1:{server.port}/"
    say(f"The page: {here}")
    if args.share is not None:
        address = _address() if args.share in (EVERYWHERE, "::") else args.share
        links.append(
            f"http://[{address}]:{server.port}/" if ":" in address else f"http://{address}:{server.port}/"
        )
        say(
            "Shared with the network of this computer: whoever opens the next address can look and mark moments; starting "
            "and stopping stays here. It is not encrypted, and each address opens for one viewer:\n"
            f"{links[0]}#{guard.token}"
        )
        opened.set()
    if args.open:
        import webbrowser

        webbrowser.open(here)
    say("Ctrl-C ends the run.")
    try:
        yield
    finally:
        server.close()


def _address() -> str:
    """Address of this computer in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(NOBODY)
            return str(asking.getsockname()[0])
        except OSError:
            return "127.0.0.1"
