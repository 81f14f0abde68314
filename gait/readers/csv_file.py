"""Our own CSV on its way out.

Lives here: what is written, with which digits.
Not here: reading it again (table.py).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gait.folder import whole_file
from gait.readers import clock, dialects
from gait.recording import Placement, Recording, Samples


def write_csv(
    recording: Recording | Samples,
    path: str | Path,
    *,
    placement: Placement | None = None,
    device: str | None = None,
    started_at: datetime | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    """Write our own CSV: comment lines with what is known, a header with units, one row a sample.

    What is there under that name is replaced when the new table is whole, and stays when it cannot be written.

    Parameters
    ----------
    recording : Recording or Samples
    path : str or Path
        Ending in ``.gz`` to have it packed; the packed bytes are the same each time.
    placement, device, started_at : optional
        What the recording does not say itself.
    said : mapping, optional
        Further ``# key: value`` lines.
    """
    whole = recording if isinstance(recording, Recording) else None
    samples = recording.samples if isinstance(recording, Recording) else recording
    device = device or (whole.device if whole else "")
    placement = placement or (whole.placement if whole else "unknown")
    started_at = started_at or (whole.started_at if whole else None)
    lines = {"format": "gait recording, seconds, m/s2, rad/s, sensor axes"}
    if device:
        lines["device"] = device
    if placement != "unknown":
        lines["placement"] = placement
    if started_at is not None:
        lines["started_at"] = started_at.astimezone(UTC).isoformat()
    if len(samples) > 1:
        lines["rate_hz"] = f"{1.0 / clock.usual_step(samples.t):.6g}"
    lines.update(said or {})
    own = dialects.DIALECTS[0]
    frame = pd.DataFrame(
        np.column_stack([samples.t, samples.acc, samples.gyr]), columns=[own.clock[0], *own.acc[0], *own.gyr]
    )
    # 1 us, 10 um/s² and 10 urad/s: below the noise of any sensor worn on a body, and a third of the size of repr.
    for column, decimals in zip(frame.columns, (6, *(5,) * 6), strict=True):
        frame[column] = frame[column].round(decimals)
    above = "".join(f"# {key}: {value}\n" for key, value in lines.items())
    target = Path(path)
    with whole_file(target) as passing, passing.open("wb") as out:
        if target.suffix != ".gz":
            out.write(above.encode())
            frame.to_csv(out, index=False, lineterminator="\n")
            return
        # No name and no time of day inside, so that the same samples give the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=out, mtime=0) as packed:
            packed.write(above.encode())
            frame.to_csv(packed, index=False, lineterminator="\n")
