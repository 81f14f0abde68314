"""The page's addresses over a real connection: who is answered, several viewers, a slow one, the buttons."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from gait.errors import GaitError
from gait.live.guard import Guard
from gait.live.server import MOST_VIEWERS, Hub, Server, application

pytest.importorskip("starlette")

#: Nothing here takes so long. [s]
PATIENCE = 10.0


class Page:
    """A page that is served, and what was pressed on it."""

    def __init__(self, host: str = "127.0.0.1", **guard: Any) -> None:
        self.pressed: list[str] = []
        self.report: bytes | None = None
        self.hub, self.guard = Hub(), Guard(**guard)
        buttons = {name: self._button(name) for name in ("mark", "again", "start", "stop")}
        app = application(self.hub, self.guard, buttons, lambda: self.report)
        self.server = Server(app, self.hub, host=host, port=0)
        self.server.open()
        self.port = self.server.port
        self.own = f"127.0.0.1:{self.port}"

    def _button(self, name: str) -> Any:
        def press() -> bool:
            self.pressed.append(name)
            return True

        return press

    def ask(
        self, path: str, method: str = "GET", body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {"Host": self.own, **{k.replace("_", "-"): v for k, v in headers.items()}}
        for _ in range(50):
            with suppress(ConnectionRefusedError):
                line.request(method, path, body, {k: v for k, v in sent.items() if v})
                break
        answer = line.getresponse()
        found = answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        line.close()
        return found

    def press(self, name: str, **headers: str) -> tuple[int, bytes]:
        sent = {"Origin": f"http://{self.own}", "X_Gait": "1", **headers}
        status, content, _ = self.ask(f"/do/{name}", "POST", **sent)
        return status, content


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.server.close()


@contextmanager
def viewer(page: Page) -> Iterator[Iterator[dict[str, Any]]]:
    """Somebody who looks; views as they come."""
    with socket.create_connection(("127.0.0.1", page.port), PATIENCE) as line, line.makefile("rb") as file:
        line.sendall(f"GET /events HTTP/1.1\r\nHost: {page.own}\r\n\r\n".encode())

        def views() -> Iterator[dict[str, Any]]:
            for row in file:
                if row.startswith(b"data: "):
                    yield json.loads(row[6:])

        yield views()


@pytest.mark.parametrize("host", ["192.0.2.77", "no-such-host.invalid"])
def test_an_address_that_is_not_this_computers_is_told_as_such(host: str) -> None:
    with pytest.raises(GaitError, match=rf"{host} is no address of this computer .*--share alone"):
        Page(host=host)


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has no second address of its own")
def test_a_page_shared_at_one_address_opens_on_this_computer_and_is_steered_there() -> None:
    page = Page(host="127.0.0.2", shared=True)
    try:
        assert page.ask("/")[0] == 200
        assert page.press("start")[0] == 200
        assert page.pressed == ["start"]
        with socket.create_connection(("127.0.0.2", page.port), PATIENCE) as line:
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert line.recv(20).startswith(b"HTTP/1.")
    finally:
        page.server.close()
    for host in ("127.0.0.1", "127.0.0.2"):
        with pytest.raises(OSError, match=r"refused|Errno"):
            socket.create_connection((host, page.port), PATIENCE).close()


def test_the_page_is_whole_and_guards_itself(page: Page) -> None:
    for path, kind in (
        ("/", "text/html"),
        ("/page.css", "text/css"),
        ("/page.js", "text/javascript"),
        ("/figure.js", "text/javascript"),
    ):
        status, content, headers = page.ask(path)
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert len(content) > 500
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    assert page.ask("/page.html")[0] == 404
    assert page.ask("/../guard.py")[0] == 404


@pytest.mark.parametrize("path", ["/", "/events", "/page.js", "/report"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_foreign_host_or_origin_gets_no_answer(page: Page, path: str, headers: dict[str, str]) -> None:
    status, content, _ = page.ask(path, **headers)
    assert status == 403
    assert b"<" not in content


def test_buttons_are_pressed_by_the_own_page_alone(page: Page) -> None:
    for name in ("mark", "again", "start", "stop"):
        assert page.press(name) == (200, b'{"done":true}')
    assert page.pressed == ["mark", "again", "start", "stop"]
    assert page.press("stop", Origin="http://evil.example")[0] == 403
    assert page.press("stop", Origin="")[0] == 403
    assert page.press("stop", X_Gait="")[0] == 403
    assert page.press("stop", Host="evil.example")[0] == 403
    assert page.press("format")[0] == 404
    assert page.ask("/do/stop")[0] == 405
    assert len(page.pressed) == 4


def test_the_finished_page_is_offered_when_it_is_there(page: Page) -> None:
    status, _, headers = page.ask("/report")
    assert (status, headers["location"]) == (307, "/")
    page.report = b"<!doctype html>yours"
    status, content, headers = page.ask("/report")
    assert (status, content) == (200, b"<!doctype html>yours")
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]


def test_whoever_comes_late_sees_the_newest_at_once_and_then_each(page: Page) -> None:
    page.ask("/")
    page.hub.publish({"n": 1})
    page.hub.publish({"n": 2})
    with viewer(page) as views:
        assert next(views) == {"n": 2}
        page.hub.publish({"n": 3})
        assert next(views) == {"n": 3}


def test_ten_viewers_and_one_that_reads_nothing_hold_up_nobody(page: Page) -> None:
    page.ask("/")
    page.hub.publish({"n": -1})
    with ExitStack() as around:
        around.enter_context(viewer(page))  # it never reads: 200 views of 50 kB fill every buffer on the way
        looking = [around.enter_context(viewer(page)) for _ in range(10)]
        for views in looking:
            assert next(views)["n"] == -1
        got: list[list[int]] = [[] for _ in looking]

        def look(views: Iterator[dict[str, Any]], mine: list[int]) -> None:
            for view in views:
                mine.append(view["n"])
                if view["n"] == 199:
                    return

        threads = [
            threading.Thread(target=look, args=pair, daemon=True) for pair in zip(looking, got, strict=True)
        ]
        for thread in threads:
            thread.start()
        longest = 0.0
        for n in range(200):
            begin = time.perf_counter()
            page.hub.publish({"n": n, "much": "x" * 50_000})
            longest = max(longest, time.perf_counter() - begin)
            time.sleep(0.005)
        for thread in threads:
            thread.join(PATIENCE)
        assert all(mine[-1] == 199 for mine in got)
        assert all(mine == sorted(set(mine)) for mine in got)
        assert longest < 0.5  # whoever publishes waits for nobody; a busy machine may still pause it


def test_viewers_that_went_away_are_let_go(page: Page) -> None:
    page.ask("/")
    for n in range(3):
        with viewer(page) as views:
            page.hub.publish({"n": n})
            assert next(views) == {"n": n}
    stop = time.monotonic() + PATIENCE
    while page.hub.viewers and time.monotonic() < stop:
        page.hub.publish({"n": 0})
        time.sleep(0.02)
    assert page.hub.viewers == 0


def test_there_is_an_end_to_viewers(page: Page) -> None:
    page.ask("/")
    page.hub.publish({"n": 1})
    with ExitStack() as around:
        for _ in range(MOST_VIEWERS):
            next(around.enter_context(viewer(page)))
        assert page.ask("/events")[0] == 503


def test_closing_lets_every_viewer_go_soon(page: Page) -> None:
    page.ask("/")
    page.hub.publish({"n": 1})
    with viewer(page) as views:
        next(views)
        begin = time.monotonic()
        page.server.close()
        assert list(views) == []
        assert time.monotonic() - begin < 4.0


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        hub = Hub()
        app = application(hub, Guard(), {}, lambda: None)
        with pytest.raises(GaitError, match=r"cannot be had.*--http"):
            Server(app, hub, port=taken.getsockname()[1])


class FromElsewhere:
    """The application as if it were asked from another computer."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, "client": ("192.168.1.9", 5555)}
        await self._app(scope, receive, send)


def test_a_shared_page_opens_once_for_each_token() -> None:
    told: list[str] = []
    hub, pressed = Hub(), []
    guard = Guard(shared=True, new_token=told.append)
    buttons = {"mark": lambda: not pressed.append("mark"), "stop": lambda: not pressed.append("stop")}
    shared = Page.__new__(Page)
    shared.hub, shared.guard, shared.report = hub, guard, b"report"
    shared.server = Server(FromElsewhere(application(hub, guard, buttons, lambda: b"report")), hub, port=0)  # type: ignore[arg-type]
    shared.server.open()
    shared.port = shared.server.port
    shared.own = f"127.0.0.1:{shared.port}"
    try:
        assert b"A pass, please" in shared.ask("/")[1]
        for path in ("/events", "/report"):
            assert shared.ask(path)[0] == 403
        assert shared.press("mark")[0] == 403
        own = {"Origin": f"http://{shared.own}", "X_Gait": "1"}
        token = guard.token
        assert shared.ask("/enter", "POST", b"wrong", **own)[0] == 403
        assert (
            shared.ask("/enter", "POST", token.encode(), Origin="http://evil.example", X_Gait="1")[0] == 403
        )
        status, _, headers = shared.ask("/enter", "POST", token.encode(), **own)
        assert status == 200
        cookie = headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert shared.ask("/enter", "POST", token.encode(), **own)[0] == 403  # it was used
        assert told == [guard.token]
        shown = {"Cookie": cookie.split(";")[0]}
        assert b"A pass, please" not in shared.ask("/", **shown)[1]
        assert shared.ask("/report", **shown)[1] == b"report"
        assert shared.press("mark", **shown)[0] == 200
        assert shared.press("stop", **shown)[0] == 403
        assert pressed == ["mark"]
        assert shared.ask("/report", Cookie="gait_pass=made-up")[0] == 403
    finally:
        shared.server.close()
