"""A real browser for the live page.

Lives here: finding chromium and opening a page in it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import missing

#: It fetches nothing by itself.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def page_of(address: str = "about:blank", *, width: int = 1280, height: int = 800) -> Iterator[Any]:
    """A page of chromium at an address; skips where there is none."""
    browser = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright")
    if browser is None:
        missing("a chromium")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser, args=ARGUMENTS)
        try:
            page = opened.new_page(viewport={"width": width, "height": height})
            page.goto(address)
            yield page
        finally:
            opened.close()
