"""The live page on this computer: one page, and a stream of what there is to show.

Lives here: the addresses, server-sent events to several viewers, the buttons.
Not here: who may (guard.py), what is shown (view.py), how it looks (page/).

A viewer always gets the newest view and never a backlog, so a slow one holds up nobody, least of all the recorder.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.errors import GaitError, MissingExtra
from gait.live.guard import COOKIE, Asked, Guard

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

#: Port of the page; the next ones are taken where it is in use. [1]  Chosen: registered to nobody.
PORT, PORTS_TRIED = 8421, 20

#: This computer as seen from itself, and addresses at which a socket hears that, too.
LOOPBACK = "127.0.0.1"
HEARS_ITSELF = (LOOPBACK, "0.0.0.0", "::")

#: Viewers at once. Chosen: a team; each costs 10 kB a second.
MOST_VIEWERS = 32

#: A browser looks for the page again after this. [ms]
RETRY_MS = 1000

#: A button's request is no longer than this. [B]
MOST_ASKED = 1024

#: Nothing from elsewhere, no script but ours, in nobody's frame.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

#: The finished page has its style and pictures in itself and no script at all.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

_FOLDER = Path(__file__).parent / "page"

_FILES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "figure.js": "text/javascript",
    "door.js": "text/javascript",
}


class Hub:
    """The newest view, and everybody who waits for it. Published from any thread, read in the server's loop."""

    def __init__(self) -> None:
        self._newest = b""
        self._number = 0
        self._over = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._lock = threading.Lock()
        #: Viewers just now.
        self.viewers = 0

    def publish(self, view: Mapping[str, Any]) -> None:
        """Show this from now on."""
        text = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        with self._lock:
            self._newest, self._number = f"data: {text}\n\n".encode(), self._number + 1
        self._wake()

    def close(self) -> None:
        """Nothing more will be shown."""
        self._over = True
        self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        for event in self._waiting:
            event.set()

    async def views(self) -> AsyncIterator[bytes]:
        """Each view that is the newest when its turn comes."""
        self._loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        self._waiting.add(rung)
        self.viewers += 1
        seen = 0
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            while not self._over:
                rung.clear()
                with self._lock:
                    newest, number = self._newest, self._number
                if number != seen:
                    seen = number
                    yield newest
                else:
                    await rung.wait()
        finally:
            self._waiting.discard(rung)
            self.viewers -= 1


def application(
    hub: Hub, guard: Guard, buttons: Mapping[str, Callable[[], bool]], report: Callable[[], bytes | None]
) -> Starlette:
    """The page as an ASGI application.

    Parameters
    ----------
    hub : Hub
    guard : Guard
    buttons : mapping of callable
        "mark", "again", "start" and "stop"; each says whether it could.
    report : callable
        The page of the finished run, None while there is none.
    """
    from starlette.applications import Starlette
    from starlette.routing import Route

    doors = _Doors(hub, guard, buttons, report)
    return Starlette(
        routes=[
            Route("/", doors.page),
            *(Route(f"/{name}", doors.file) for name in _FILES),
            Route("/enter", doors.enter, methods=["POST"]),
            Route("/events", doors.events),
            Route("/do/{name}", doors.button, methods=["POST"]),
            Route("/report", doors.finished),
        ]
    )


class _Doors:
    """What is answered at each address, or why it is not; the guard is asked first at each."""

    def __init__(
        self,
        hub: Hub,
        guard: Guard,
        buttons: Mapping[str, Callable[[], bool]],
        report: Callable[[], bytes | None],
    ) -> None:
        self._hub, self._guard, self._buttons, self._report = hub, guard, buttons, report

    async def page(self, request: Request) -> Response:
        asked = _asked(request)
        why = self._guard.refuses(asked, door=True)
        if why:
            return _refused(why)
        name = "door.html" if self._guard.refuses(asked) else "page.html"
        return _answered((_FOLDER / name).read_bytes(), "text/html")

    async def file(self, request: Request) -> Response:
        name = request.url.path[1:]
        why = self._guard.refuses(_asked(request), door=True)
        return _refused(why) if why else _answered((_FOLDER / name).read_bytes(), _FILES[name])

    async def enter(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        why = self._guard.refuses(_asked(request), button=True, door=True)
        if why:
            return _refused(why)
        bought = self._guard.sell((await _body(request)).decode("ascii", "replace"))
        if bought is None:
            return _refused(
                "That token is not the one that is open now; gait prints the new one after each use."
            )
        answer = JSONResponse({"done": True}, headers=_HEADERS)
        answer.set_cookie(COOKIE, bought, httponly=True, samesite="strict", path="/")
        return answer

    async def events(self, request: Request) -> Response:
        from starlette.responses import PlainTextResponse, StreamingResponse

        why = self._guard.refuses(_asked(request))
        if why:
            return _refused(why)
        if self._hub.viewers >= MOST_VIEWERS:
            return PlainTextResponse("Enough people are looking already.\n", 503, headers=_HEADERS)
        return StreamingResponse(self._hub.views(), media_type="text/event-stream", headers=_HEADERS)

    async def button(self, request: Request) -> Response:
        from starlette.responses import JSONResponse, PlainTextResponse

        asked, name = _asked(request), request.path_params["name"]
        why = self._guard.refuses(asked, button=True)
        if why:
            return _refused(why)
        if name not in self._buttons:
            return PlainTextResponse("There is no such button.\n", 404, headers=_HEADERS)
        if name != "mark" and not self._guard.may_steer(asked):
            return _refused("Starting and stopping is left to the computer that records.")
        done = await asyncio.get_running_loop().run_in_executor(None, self._buttons[name])
        return JSONResponse({"done": done}, headers=_HEADERS)

    async def finished(self, request: Request) -> Response:
        from starlette.responses import RedirectResponse

        why = self._guard.refuses(_asked(request))
        if why:
            return _refused(why)
        content = self._report()
        return RedirectResponse("/") if content is None else _answered(content, "text/html", REPORT_POLICY)


class Server:
    """Serves the page on a thread of its own.

    Parameters
    ----------
    app : Starlette
    hub : Hub
    host : str
        Address to listen at. This computer itself is always answered at 127.0.0.1, too: from there alone a run is
        started and stopped.
    port : int or None
        PORT or one of the next that is free when None.

    Raises
    ------
    GaitError
        If the port is in use.
    MissingExtra
        If starlette or uvicorn is not installed.
    """

    def __init__(self, app: Starlette, hub: Hub, *, host: str = LOOPBACK, port: int | None = None) -> None:
        uvicorn = check_installed()
        self._hub = hub
        self._sockets = _listening(host, port)
        self.port: int = self._sockets[0].getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,  # an address in a header is anybody's word
            server_header=False,
            lifespan="off",
            ws="none",
            limit_concurrency=4 * MOST_VIEWERS,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": self._sockets}, name="gait live page", daemon=True
        )

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Let every viewer go and end."""
        self._hub.close()
        self._server.should_exit = True
        self._thread.join(5.0)
        for listening in self._sockets:
            listening.close()


#: With every answer: nothing is kept, guessed at, or told to others.
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def _answered(content: bytes, kind: str, policy: str = PAGE_POLICY) -> Response:
    from starlette.responses import Response

    return Response(content, media_type=kind, headers={**_HEADERS, "content-security-policy": policy})


def _refused(why: str) -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{why}\n", 403, headers=_HEADERS)


def _asked(request: Request) -> Asked:
    """What of a request matters to the guard."""
    server = request.scope.get("server") or ("", 0)
    return Asked(
        client=request.client.host if request.client else "",
        server=(str(server[0]), int(server[1] or 0)),
        headers={k.lower(): v for k, v in request.headers.items()},
        cookie=request.cookies.get(COOKIE, ""),
    )


async def _body(request: Request) -> bytes:
    """The first bytes of what was sent."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_ASKED:
            break
    return body[:MOST_ASKED]


def check_installed() -> Any:
    """The uvicorn package; MissingExtra where what the page needs is not installed."""
    try:
        import starlette  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise MissingExtra(
            "The live page needs two more packages: pip install 'gait-traits[live]'. Without them: gait live --terminal"
        ) from error
    return uvicorn


def _listening(host: str, port: int | None) -> list[socket.socket]:
    """Sockets that listen at the host and at this computer's own address, all at the port or at the first free one."""
    for candidate in range(PORT, PORT + PORTS_TRIED) if port is None else (port,):
        made: list[socket.socket] = []
        try:
            made.append(_bound(host, candidate))
            if made[0].getsockname()[0] not in HEARS_ITSELF:
                made.append(_bound(LOOPBACK, made[0].getsockname()[1]))
            return made
        except OSError as error:
            for one in made:
                one.close()
            why = error
    if isinstance(why, socket.gaierror) or why.errno == errno.EADDRNOTAVAIL:
        raise GaitError(
            f"{host} is no address of this computer ({why.strerror or why}). --share alone takes all that it has."
        ) from why
    wanted = "A port for the page" if port is None else f"Port {port}"
    raise GaitError(
        f"{wanted} cannot be had at {host} ({why.strerror or why}). Name another: --http 8500"
    ) from why


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens there."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where reuse would let another program listen in
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == "::":  # everywhere means both kinds of addresses, on Windows, too
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind((host, port))
        made.listen(64)
    except BaseException:
        made.close()
        raise
    return made
