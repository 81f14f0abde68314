"""Who may look, and who may press a button.

Lives here: Guard, which judges a request by its address, Host, Origin and pass; the passwords of shared pages.
Not here: the requests themselves (server.py).

Without `--share` only this computer can connect, and what a browser could be talked into is refused: a foreign Host is
a name that somebody let point here (DNS rebinding), a foreign Origin another page's script. With `--share` everybody
from elsewhere needs a pass, which a token from the terminal buys once.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Bytes of chance in a token and in a pass. [B]  Source: 128 bits cannot be tried out.
CHANCE = 16

#: Name of the cookie that holds a pass.
COOKIE = "gait_pass"

#: Header that every button's request bears; no form and no image of another page can add it.
HEADER = "x-gait"

#: Passes given at most. Chosen: a team.
MOST_PASSES = 64

#: Names of this computer as seen from itself.
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Asked:
    """What of a request matters here.

    Attributes
    ----------
    client : str
        Address it comes from.
    server : tuple of (str, int)
        Address and port it came in on.
    headers : mapping
        Names in lower case.
    cookie : str
        The pass it shows, "" for none.
    """

    client: str
    server: tuple[str, int]
    headers: Mapping[str, str]
    cookie: str = ""

    @property
    def local(self) -> bool:
        """It comes from this computer."""
        address = _plain(self.client)
        return address is not None and address.is_loopback


class Guard:
    """Judges requests; remembers the passes it gave.

    Parameters
    ----------
    shared : bool
        Others than this computer may look, with a pass.
    names : tuple of str
        Names under which this computer is known to them, besides the address they reach it at.
    new_token : callable, optional
        Told each time another token is needed, which is when one was used.
    """

    def __init__(
        self,
        *,
        shared: bool = False,
        names: tuple[str, ...] = (),
        new_token: Callable[[str], None] | None = None,
    ) -> None:
        self._shared, self._names = shared, names
        self._tell = new_token or (lambda _token: None)
        self._token = secrets.token_urlsafe(CHANCE)
        self._passes: set[str] = set()

    @property
    def token(self) -> str:
        """The token that buys the next pass."""
        return self._token

    def refuses(self, asked: Asked, *, button: bool = False, door: bool = False) -> str:
        """Why a request is refused, "" when it is not.

        Parameters
        ----------
        asked : Asked
        button : bool
            It wants something done.
        door : bool
            It is for the page at which a token is shown, or shows one; no pass is needed there.
        """
        if not asked.local and not self._shared:
            return "This page is for this computer alone."
        host = asked.headers.get("host", "").lower()
        if not self._host_is_ours(host, asked):
            return "The address in the browser is none of this page's own."
        origin = asked.headers.get("origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return "Another page asked, and is not answered."
        if asked.headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not (
            asked.headers.get("sec-fetch-mode") == "navigate" and not button
        ):
            return "Another page asked, and is not answered."
        if button and (origin is None or asked.headers.get(HEADER) != "1"):
            return "That was not asked by this page."
        if not asked.local and not door and not self._has_pass(asked.cookie):
            return "A pass is needed: open the address that gait printed, each opens once."
        return ""

    def may_steer(self, asked: Asked) -> bool:
        """Whether it may start and stop: this computer alone."""
        return asked.local

    def sell(self, token: str) -> str | None:
        """A pass for the token, which is used up by that; None for a wrong one."""
        right = hmac.compare_digest(token.encode(), self._token.encode())
        if not right or len(self._passes) >= MOST_PASSES:
            return None
        self._token = secrets.token_urlsafe(CHANCE)
        self._tell(self._token)
        bought = secrets.token_urlsafe(CHANCE)
        self._passes.add(bought)
        return bought

    def _has_pass(self, shown: str) -> bool:
        return any(hmac.compare_digest(shown.encode(), one.encode()) for one in self._passes)

    def _host_is_ours(self, host: str, asked: Asked) -> bool:
        port, address = asked.server[1], _plain(asked.server[0])
        own = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
        names = LOCAL_NAMES if asked.local else (own, *self._names)
        if asked.local and self._shared:
            names = (*names, own, *self._names)
        return host in {f"{name.lower()}:{port}" for name in names}


def _plain(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; that of an older kind which came in on a socket for both is its own again."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
