"""An SVG that is put together stroke by stroke and lives inside a page.

Lives here: the picture, its strokes, and the named colours, which are the page's.
Not here: what a picture shows (the other files of this folder).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

import numpy as np

from gait.rotations import Floats

#: Colours by meaning: the page's, so that light and dark are its affair; the second is used where there is no page.
INK, SOFT, PAPER, HUE = (
    "var(--ink,#2d2823)",
    "var(--soft,#756a5d)",
    "var(--paper,#fffdf8)",
    "var(--hue,#96572f)",
)

#: Width of a picture that stands beside its words. [picture units, about a pixel on a phone]
WIDTH = 360.0

#: Size of letters. [picture units]
TEXT = 14.0

#: A dotted line with round dots.
DOTTED = {"stroke-dasharray": "0.1 6", "stroke-linecap": "round"}

Points = Sequence[tuple[float, float]] | Floats


class Picture:
    """Strokes on a sheet of some width and height, y downward from the top."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._root = ET.Element("svg")
        self._defs = ET.SubElement(self._root, "defs")
        self._open = [self._root]

    def path(self, d: str, **style: object) -> None:
        """A path as SVG writes it; ``style`` as in CSS, with _ for -."""
        self._add("path", {"d": d}, {"fill": "none", **style})

    def line(self, points: Points, *, closed: bool = False, **style: object) -> None:
        """Straight from point to point."""
        self.path(trace(points) + ("Z" if closed else ""), **{"stroke": HUE, **style})

    def area(self, points: Points, **style: object) -> None:
        """What the points enclose."""
        self.path(trace(points) + "Z", **{"fill": HUE, **style})

    def circle(self, x: float, y: float, radius: float, **style: object) -> None:
        """A circle."""
        self._add("circle", {"cx": number(x), "cy": number(y), "r": number(radius)}, style)

    def dots(self, points: Points, size: float, **style: object) -> None:
        """Dots as the round ends of lines without length: one path, however many."""
        d = "".join(f"M{number(x)} {number(y)}h0" for x, y in np.asarray(points, float))
        self.path(d, stroke_width=size, stroke_linecap="round", **{"stroke": HUE, **style})

    def text(self, x: float, y: float, words: str, *, at: str = "start", **style: object) -> None:
        """Words whose baseline begins, has its middle or ends at a point."""
        look = {"font_size": f"{TEXT:g}px", "fill": INK, "text_anchor": at, **style}
        self._add("text", {"x": number(x), "y": number(y)}, look).text = words

    def fade(self, name: str, y0: float, y1: float, colour: str) -> str:
        """A paint that is whole at height ``y0`` and gone at ``y1``; give it as fill or stroke."""
        self._add_gradient(name, y0, y1, colour)
        return f"url(#{name})"

    def begin(self, transform: str = "", *, hue: str = "", opacity: float = 1.0) -> None:
        """Until ``end`` all strokes are moved so, have the hue of a key, and are let through as one."""
        where = {"transform": transform, "class": f"hue-{hue}" if hue else ""}
        look: dict[str, object] = {"opacity": opacity} if opacity < 1 else {}
        self._open.append(self._add("g", {k: v for k, v in where.items() if v}, look))

    def end(self) -> None:
        """End of the last ``begin``."""
        self._open.pop()

    def to_svg(self, key: str, title: str, text: str) -> str:
        """The picture as one ``<svg>`` element.

        Parameters
        ----------
        key : str
            Prefix of every id in it, so that several pictures can share a page.
        title, text : str
            Name and description for who does not see it.

        Returns
        -------
        str
            The same strokes give the same bytes.
        """
        assert len(self._open) == 1, "every begin has its end"
        root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {number(self.width)} {number(self.height)}",
                "role": "img",
                "aria-labelledby": f"{key}-title",
                "aria-describedby": f"{key}-desc",
                "stroke-linejoin": "round",
            },
        )
        ET.SubElement(root, "title", {"id": f"{key}-title"}).text = title
        ET.SubElement(root, "desc", {"id": f"{key}-desc"}).text = text
        root.extend(e for e in self._root if e is not self._defs or len(e))
        svg = ET.tostring(root, encoding="unicode")
        for gradient in self._defs:
            name = gradient.get("id")
            svg = svg.replace(f'id="{name}"', f'id="{key}-{name}"').replace(f"#{name})", f"#{key}-{name})")
        return svg

    def _add(self, tag: str, where: dict[str, str], style: dict[str, object]) -> ET.Element:
        look = ";".join(f"{name.replace('_', '-')}:{_value(v)}" for name, v in style.items())
        return ET.SubElement(self._open[-1], tag, {**where, **({"style": look} if look else {})})

    def _add_gradient(self, name: str, y0: float, y1: float, colour: str) -> None:
        where = {"x1": "0", "x2": "0", "y1": number(y0), "y2": number(y1)}
        gradient = ET.SubElement(
            self._defs, "linearGradient", {"id": name, "gradientUnits": "userSpaceOnUse", **where}
        )
        for offset, opacity in (("0", "1"), ("1", "0")):
            ET.SubElement(
                gradient, "stop", {"offset": offset, "style": f"stop-color:{colour};stop-opacity:{opacity}"}
            )


def trace(points: Points) -> str:
    """Points (m, 2) as path data."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in np.asarray(points, float))


def number(value: float) -> str:
    """A coordinate to a tenth of a unit."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
