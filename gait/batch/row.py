"""A run's line in runs.csv, from its analysis.json.

Lives here: which columns there are and how they are called.
Not here: the table (tables.py).
"""

from __future__ import annotations

from typing import Any

from gait.results import Result

#: What is told of a measure beside its value, in its unit.
BOUNDS = ("low", "high", "systematic")


def row_of(result: Result) -> dict[str, Any]:
    """One flat mapping: facts, measures with their bounds, states of the traits; None for what is not known.

    The last part of a name is its unit, ``1`` for a ratio, as in strides.csv.
    """
    document = result.document
    facts, quality = document["recording"], document["quality"]
    runs = [bout for bout in document["bouts"] if bout["kind"] == "run"]
    row: dict[str, Any] = {
        "placement": facts["placement"],
        "dialect": facts["dialect"],
        "rate_hz": facts["rate_hz"],
        "start_s": facts["start_s"],
        "stop_s": facts["stop_s"],
        "rows": facts["rows"],
        "lost_share": quality["lost_share"],
        "clipped_share": quality["clipped_share"],
        "bouts": len(runs),
        "running_s": round(sum(bout["stop_s"] - bout["start_s"] for bout in runs), 4),
        "strides": result.files["strides.csv"].count(b"\n") - 1,
    }
    for key, measure in document["measures"].items():
        unit = measure["unit"] or "1"
        row[f"{key}_{unit}"] = measure["value"]
        row.update({f"{key}_{bound}_{unit}": measure[bound] for bound in BOUNDS})
        row[f"{key}_n"] = measure["n"]
        row[f"{key}_trust"] = measure["trust"]
    for trait in document["traits"]:
        row[f"trait_{trait['key']}"] = trait["state"]
    return row
