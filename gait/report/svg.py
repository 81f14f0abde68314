"""A matplotlib figure becomes a small SVG that lives inside a page.

Lives here: the canvas, the named colours, and the cleaning of what matplotlib writes.
Not here: what a picture shows (charts.py).
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours by meaning. A picture is drawn with these stand-ins, which become the page's CSS variables, so that
#: light and dark are the page's affair; the second value is used where there is no page.
COLOURS = {
    "#010101": ("ink", "#2d2823"),
    "#020202": ("soft", "#8a7f72"),
    "#030303": ("paper", "#fffdf8"),
    "#040404": ("hue", "#96572f"),
}
INK, SOFT, PAPER, HUE = COLOURS

#: Letters in a picture. [points, which are the picture's own units]
TEXT = 13.0

#: Digits kept behind the point of a coordinate; a unit is about a pixel.
DIGITS = 2


def canvas(width: float, height: float) -> Figure:
    """An empty, transparent figure; one unit of the picture is one point."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")


def panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Bare axes on a part of the figure, in shares of it."""
    axes = figure.add_axes((left, bottom, width, height))
    axes.set_axis_off()
    return axes


def to_svg(figure: Figure, key: str, title: str, text: str) -> str:
    """The figure as an SVG element with its text as text.

    Parameters
    ----------
    figure : Figure
    key : str
        Prefix of every id in it, so that several pictures can share a page.
    title, text : str
        Name and description for who does not see it.

    Returns
    -------
    str
        One ``<svg>`` element; the same figure gives the same bytes.
    """
    from matplotlib import rc_context

    # Nothing is drawn outside on purpose, and a clip path on every line doubles the file.
    for artist in figure.findobj():
        artist.set_clip_on(False)
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
    out = io.StringIO()
    # Only while saving: text stays text, and ids come from the content instead of from chance.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": key, "text.parse_math": False}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return _clean(out.getvalue(), key, title, text)


def _clean(svg: str, key: str, title: str, text: str) -> str:
    body = svg[svg.index("<svg") :]
    view = re.search(r'viewBox="([^"]+)"', body)
    assert view is not None, "matplotlib writes a viewBox"
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    # Its style sheet would reach out to the whole page; the root carries what it says.
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = body.replace("xlink:href", "href")
    for stand_in, (name, fallback) in COLOURS.items():
        body = body.replace(stand_in, f"var(--{name}, {fallback})")
    # The page's own letters, in the sizes drawn here; how they are written differs between versions.
    body = re.sub(r"font: ([^;\"]*?)([\d.]+px)[^;\"]*", r"\g<1>font-size: \g<2>", body)
    body = re.sub(r"font-size: ([^;]*); font-family: [^;\"]*", r"font-size: \g<1>", body)
    body = re.sub(r"(?<=[\" ])(700|bold) font-size", "font-weight: 700; font-size", body)
    body = body.replace("stroke: #000000; stroke-opacity: 0", "stroke: none")
    body = re.sub(r' transform="rotate\(-?0 [^"]*"', "", body)
    body = _prefix_ids(body, key)
    # Coordinates only: a number between tags is one that people read.
    body = re.sub(r"<[^>]+>", lambda tag: re.sub(r"-?\d+\.\d{3,}", _short, tag[0]), body)
    body = re.sub(r"\s*\n\s*", " ", body).strip()
    body = re.sub(r">\s+<", "><", body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view.group(1)}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" stroke-linejoin="round" stroke-linecap="butt">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(text)}</desc>'
        f"{body}</svg>"
    )


def _prefix_ids(body: str, key: str) -> str:
    """Ids that are pointed at get the prefix, the others go."""
    used = set(re.findall(r'href="#([^"]+)"', body)) | set(re.findall(r"url\(#([^)]+)\)", body))
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", body)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", body)


def _short(match: re.Match[str]) -> str:
    text = f"{float(match.group(0)):.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
