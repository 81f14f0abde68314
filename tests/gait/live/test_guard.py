"""Who may look and who may press: this computer, its own page, and whoever bought a pass."""

from __future__ import annotations

import pytest

from gait.live.guard import Asked, Guard

PORT = 8421
OWN = {
    "host": f"127.0.0.1:{PORT}",
    "origin": f"http://127.0.0.1:{PORT}",
    "x-gait": "1",
    "sec-fetch-site": "same-origin",
}
LAN = {"host": f"192.168.1.5:{PORT}", "origin": f"http://192.168.1.5:{PORT}", "x-gait": "1"}


def here(**headers: str) -> Asked:
    return Asked(
        "127.0.0.1", ("127.0.0.1", PORT), {**OWN, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )


def there(cookie: str = "", **headers: str) -> Asked:
    return Asked("192.168.1.9", ("192.168.1.5", PORT), {**LAN, **headers}, cookie)


@pytest.mark.parametrize("button", [False, True])
def test_the_own_page_is_answered(button: bool) -> None:
    assert Guard().refuses(here(), button=button) == ""
    for name in ("localhost", "[::1]"):
        asked = here(host=f"{name}:{PORT}", origin=f"http://{name}:{PORT}")
        assert Guard().refuses(asked, button=button) == ""
    mapped = Asked("::ffff:127.0.0.1", ("127.0.0.1", PORT), OWN)
    assert Guard().refuses(mapped, button=button) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8421",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:80",
        "localhost.evil.example:8421",
        "192.168.1.5:8421",
        "",
    ],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    """A name that somebody let point here, so that their page's script may read ours."""
    assert Guard().refuses(here(host=host, origin=f"http://{host}"))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:8421",
        "http://127.0.0.1:8422",
        "http://localhost:8421",
    ],
)
def test_a_foreign_origin_is_refused(origin: str) -> None:
    assert Guard().refuses(here(origin=origin))
    assert Guard().refuses(here(origin=origin), button=True)


def test_another_pages_image_or_form_is_refused() -> None:
    without = {k: v for k, v in OWN.items() if k != "origin"}
    asked = Asked(
        "127.0.0.1",
        ("127.0.0.1", PORT),
        {**without, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    )
    assert Guard().refuses(asked)
    clicked = Asked(
        "127.0.0.1",
        ("127.0.0.1", PORT),
        {"host": OWN["host"], "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    )
    assert Guard().refuses(clicked) == ""  # a link to the page may be followed
    assert Guard().refuses(clicked, button=True)
    no_header = Asked("127.0.0.1", ("127.0.0.1", PORT), {k: v for k, v in OWN.items() if k != "x-gait"})
    assert Guard().refuses(no_header, button=True)


def test_nobody_from_elsewhere_unless_shared() -> None:
    assert "this computer alone" in Guard().refuses(there())
    assert Guard(shared=True).refuses(there())  # and then with a pass
    assert Guard(shared=True).refuses(there(), door=True) == ""
    assert Guard(shared=True).refuses(there("made up"))


def test_a_token_buys_one_pass_and_is_used_up() -> None:
    told: list[str] = []
    guard = Guard(shared=True, new_token=told.append)
    first = guard.token
    assert guard.sell("wrong") is None
    assert guard.sell("") is None
    assert guard.sell("ü") is None
    bought = guard.sell(first)
    assert bought is not None
    assert guard.sell(first) is None
    assert told == [guard.token] != [first]
    assert guard.refuses(there(bought)) == ""
    assert guard.refuses(there(bought), button=True) == ""
    another = guard.sell(guard.token)
    assert another not in (None, bought)
    assert not guard.may_steer(there(bought))
    assert guard.may_steer(here())


def test_a_pass_does_not_open_for_another_page() -> None:
    guard = Guard(shared=True)
    bought = guard.sell(guard.token) or ""
    assert guard.refuses(there(bought, origin="http://evil.example"))
    assert guard.refuses(there(bought, host="evil.example:8421", origin="http://evil.example:8421"))


def test_a_shared_computer_is_known_by_its_name() -> None:
    guard = Guard(shared=True, names=("laptop", "laptop.local"))
    bought = guard.sell(guard.token) or ""
    assert guard.refuses(there(bought, host="laptop.local:8421", origin="http://laptop.local:8421")) == ""
