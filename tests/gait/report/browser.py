"""A real browser for the pages: Debian's chromium, driven by playwright, without the network.

Lives here: starting it, its sizes, the comparison of pictures.
Not here: what is asked of a page (test_browser.py).
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.conftest import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: What the browser is called on different systems.
NAMES = ("chromium", "chromium-browser", "google-chrome")

#: No sandbox inside a container, no graphics card, nothing looked up on the network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-device-scale-factor=1"]

#: Width and height of a picture that is compared. [px]
SMALL = 64

#: The pictures that are compared; what is folded away is not drawn and cannot be.
PICTURES = ":is(.highlights, .connection, .strip, .growth, .others[open]) svg[role=img]"

#: Width and height of a desk and of a phone. [px]
DESK, PHONE = (1180, 900), (390, 844)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium; skips, or fails under GAIT_CI=1, where it or playwright is not there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (pip install -e '.[dev]')")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing("a chromium browser (apt-get install chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, html: str, size: tuple[int, int] = DESK, *, dark: bool = False
) -> Iterator[Page]:
    """A page in a window; whatever it would fetch fails the test."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light",
        reduced_motion="reduce", offline=True,
    )  # fmt: skip
    try:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(html, wait_until="load")
        yield page
        assert [url for url in asked if not url.startswith(("data:", "about:"))] == []
    finally:
        context.close()


def pictures_of(page: Page) -> list[np.ndarray]:
    """The page's top and each of its pictures as small ones (SMALL, SMALL, 3): letters are a grey texture there."""
    from PIL import Image

    page.evaluate("scrollTo(0, 0)")
    shots = [page.screenshot()]
    for picture in page.locator(PICTURES).all():
        if picture.is_visible():
            shots.append(picture.screenshot())
    small = []
    for shot in shots:
        with Image.open(io.BytesIO(shot)) as image:
            small.append(np.asarray(image.convert("RGB").resize((SMALL, SMALL), Image.Resampling.BOX), float))
    return small


def write_sheet(pictures: list[np.ndarray], path: Path) -> None:
    """Small pictures side by side as one PNG."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(pictures, axis=1).astype(np.uint8)).save(path, optimize=True)


def read_sheet(path: Path) -> list[np.ndarray]:
    """What ``write_sheet`` wrote."""
    from PIL import Image

    with Image.open(path) as image:
        whole = np.asarray(image.convert("RGB"), float)
    return np.split(whole, whole.shape[1] // SMALL, axis=1)


def difference(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Mean absolute difference of two small pictures, and the largest of an eighth by an eighth of them. [of 255]"""
    apart = np.abs(one - other).mean(axis=2)
    parts = apart.reshape(8, SMALL // 8, 8, SMALL // 8).mean(axis=(1, 3))
    return float(apart.mean()), float(parts.max())
