"""The catalogue from its file.

Lives here: load_catalogue, and what is wrong with a file as a whole.
Not here: the rows (rows.py), what a rule is (rule.py), applying one (trait.py).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from gait.errors import CatalogueError
from gait.traits.rows import Row
from gait.traits.rule import Bound, Catalogue, ShareRule, TraitRule

__all__ = [
    "OWN_CATALOGUE",
    "Bound",
    "Catalogue",
    "ShareRule",
    "TraitRule",
    "check_catalogue",
    "load_catalogue",
]

#: The catalogue that comes with gait.
OWN_CATALOGUE = Path(__file__).with_name("catalogue.toml")

#: A catalogue is words and a few numbers; beyond this it is something else. [bytes]  Chosen: 20 times ours.
LARGEST_CATALOGUE = 500_000


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read a catalogue and check every row of it.

    Parameters
    ----------
    path : Path, optional
        A catalogue.toml; the one that comes with gait when left out.

    Returns
    -------
    Catalogue

    Raises
    ------
    CatalogueError
        If the file cannot be read, or a field is missing, unknown, of the wrong type or out of bounds;
        the message names the line, the row and the field.
    """
    catalogue, faults = _read(path or OWN_CATALOGUE)
    if faults:
        raise faults[0]
    assert catalogue is not None, "without a fault there is one"
    return catalogue


def check_catalogue(path: Path) -> tuple[Catalogue | None, tuple[str, ...]]:
    """Read a catalogue, and say everything that is wrong with it: at most one fault a row, in order.

    Returns
    -------
    Catalogue or None
        None when there is a fault.
    tuple of str
        The faults, each with its line.
    """
    catalogue, faults = _read(path)
    return (None if faults else catalogue), tuple(str(fault) for fault in faults)


def _read(path: Path) -> tuple[Catalogue | None, list[CatalogueError]]:
    name = path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [CatalogueError(f"{name}: the catalogue cannot be read ({error.strerror}).")]
    if len(raw) > LARGEST_CATALOGUE:
        return None, [
            CatalogueError(f"{name}: {len(raw)} bytes is no catalogue; at most {LARGEST_CATALOGUE}.")
        ]
    try:
        text = raw.decode("utf-8")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return None, [CatalogueError(f"{name}: this is not TOML: {error}.")]
    faults: list[CatalogueError] = []
    version = table.pop("version", None)
    if not isinstance(version, str) or not version:
        faults.append(CatalogueError(f'{name}: a line like version = "1.0" is missing at the top.'))
    rules: list[TraitRule] = []
    keys = list(table)
    for i, (key, row) in enumerate(table.items()):
        try:
            reader = Row(name, text, key, row)
            rule = reader.rule()
            known = keys[:i]
            if rule.after is not None and rule.after not in known:
                reader.refuse("after", f'"{rule.after}" is no trait further up in the file')
            if unknown := [one for one in rule.margins if one not in known]:
                reader.refuse("margins", f'"{unknown[0]}" is no trait further up in the file')
        except CatalogueError as error:
            faults.append(error)
            continue
        rules.append(rule)
    if not rules and not faults:
        faults.append(CatalogueError(f"{name}: no trait in it; a trait is a table like [lean]."))
    assert isinstance(version, str) or faults
    return (Catalogue(version, tuple(rules)) if isinstance(version, str) else None), faults
