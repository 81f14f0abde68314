"""A recording as a BIDS data set, as motion laboratories exchange them.

Lives here: the folder of BIDS-motion with the raw samples, the channels, and the foot contacts as events.
Not here: derived numbers (tables.py); BIDS keeps those apart from raw data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gait.analysis import Analysis
from gait.errors import SignalError
from gait.recording import Recording
from gait.version import VERSION

#: The edition of the standard that is followed.  Source: BIDS specification 1.10, "Motion"; Jeung et al. 2024,
#: doi 10.1038/s41597-024-03559-8.
BIDS_VERSION = "1.10.0"

#: Channel -> component, type, unit. The clock is a channel too, for the samples need not be even.
CHANNELS = {
    "t": ("n/a", "LATENCY", "s"),
    **{f"acc_{axis}": (axis, "ACCEL", "m/s^2") for axis in "xyz"},
    **{f"gyro_{axis}": (axis, "GYRO", "rad/s") for axis in "xyz"},
}

#: Names a participant, a task or a session may have.
LABEL = re.compile(r"[0-9A-Za-z]+")

#: Files of the data set as a whole, the table of its participants last.
SHARED = ("dataset_description.json", "README", "participants.tsv")

README = """\
One inertial sensor worn on the trunk while running, as recorded: specific force and angular rate in the sensor's own
axes, and the clock of each sample. Foot contacts and toe-offs in the events file were found by gait {version} from the
same samples; they are estimates.
"""


def bids_files(
    recording: Recording, analysis: Analysis, *, subject: str = "01", task: str = "run"
) -> Mapping[str, bytes]:
    """Every file of the data set by its path inside the folder.

    Parameters
    ----------
    recording : Recording
    analysis : Analysis
        Of the same recording.
    subject, task : str
        BIDS labels, letters and digits alone.

    Returns
    -------
    mapping of str to bytes

    Raises
    ------
    SignalError
        If a label is none.
    """
    place, stem = _places(subject, task)
    samples = recording.samples
    begin = float(samples.t[0])
    table = np.column_stack([samples.t - begin, samples.acc, samples.gyr])
    channels = pd.DataFrame(
        [
            (name, component, kind, recording.placement.replace("unknown", "trunk"), unit)
            for name, (component, kind, unit) in CHANNELS.items()
        ],
        columns=["name", "component", "type", "tracked_point", "units"],
    )
    lasts = float(samples.t[-1]) - begin
    facts = {
        "TaskName": task,
        "TaskDescription": "Running, with whatever standing and walking was recorded around it.",
        "SamplingFrequency": round(recording.rate_hz, 6),
        "SamplingFrequencyEffective": round((len(samples) - 1) / lasts, 6) if lasts > 0 else 0.0,
        "TrackingSystemName": "imu",
        "RecordingType": "continuous",
        "RecordingDuration": round(lasts, 6),
        "MotionChannelCount": len(CHANNELS),
        "ACCELChannelCount": 3,
        "GYROChannelCount": 3,
        "LATENCYChannelCount": 1,
        "TrackedPointsCount": 1,
        "MissingValues": "n/a",
        "SoftwareVersions": f"gait {VERSION}",
    }
    if recording.device:
        facts["DeviceSerialNumber"] = recording.device
    return {
        "dataset_description.json": _json(
            {
                "Name": f"Running, {recording.source or 'one recording'}",
                "BIDSVersion": BIDS_VERSION,
                "DatasetType": "raw",
                "GeneratedBy": [{"Name": "gait", "Version": VERSION}],
            }
        ),
        "README": README.format(version=VERSION).encode(),
        "participants.tsv": f"participant_id\nsub-{subject}\n".encode(),
        f"{stem}_motion.tsv": _tsv(pd.DataFrame(table), header=False),
        f"{stem}_motion.json": _json(facts),
        f"{stem}_channels.tsv": _tsv(channels),
        f"{place}_events.tsv": _tsv(_events(analysis, begin)),
        f"{place}_events.json": _json(
            {
                "trial_type": {
                    "Description": "What the foot did, as estimated from the trunk.",
                    "Levels": {"contact": "a foot meets the ground", "toe_off": "a foot leaves the ground"},
                },
                "side": {
                    "Description": "The foot: left, right, or A and B where it is not known which is which."
                },
            }
        ),
    }


def bids_names(folder: Path, *, subject: str = "01", task: str = "run") -> tuple[str, ...]:
    """The paths of `bids_files` that have to be free in a data set: all, or what is not SHARED with one that is there.

    Raises
    ------
    SignalError
        If a label is none.
    """
    place, stem = _places(subject, task)
    return (
        *(() if (folder / SHARED[-1]).is_file() else SHARED),
        *(f"{stem}_{kind}" for kind in ("motion.tsv", "motion.json", "channels.tsv")),
        *(f"{place}_events.{kind}" for kind in ("tsv", "json")),
    )


def joined(folder: Path, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files as they go into a data set that may be there already: what others wrote into it stays.

    Parameters
    ----------
    folder : Path
        Of the data set.
    files : mapping
        As `bids_files` makes them.

    Returns
    -------
    mapping of str to bytes
        Without the description and the README where they are there; the participants with those of before.
    """
    told, new = folder / SHARED[-1], files[SHARED[-1]].decode().splitlines()
    before = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    if not before:
        return files
    header, known = before[0].split("\t"), {line.split("\t")[0] for line in before}
    rows = [line + "\tn/a" * (len(header) - 1) for line in new[1:] if line not in known]
    text = "".join(f"{line}\n" for line in (*before, *rows))
    return {
        **{
            name: content
            for name, content in files.items()
            if not (folder / name).exists() or name not in SHARED
        },
        SHARED[-1]: text.encode(),
    }


def _places(subject: str, task: str) -> tuple[str, str]:
    """How the names of a recording begin: of its events, and of the sensor's samples."""
    for name, label in (("--subject", subject), ("--task", task)):
        if not LABEL.fullmatch(label):
            raise SignalError(f"{name} {label!r} is no BIDS label; letters and digits alone make one.")
    place = f"sub-{subject}/motion/sub-{subject}_task-{task}"
    return place, f"{place}_tracksys-imu"


def _events(analysis: Analysis, begin: float) -> pd.DataFrame:
    """Contacts and toe-offs in order of time, seconds after the first sample."""
    contacts = analysis.contacts
    onset = np.concatenate([contacts.contact, contacts.toe_off]) - begin
    kind = np.repeat(["contact", "toe_off"], len(contacts))
    side = np.where(np.tile(contacts.side, 2) == "", "n/a", np.tile(contacts.side, 2))
    table = pd.DataFrame({"onset": onset, "duration": 0.0, "trial_type": kind, "side": side})
    return table[np.isfinite(onset)].sort_values("onset", kind="stable")


def _json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _tsv(table: pd.DataFrame, *, header: bool = True) -> bytes:
    """Tabs between, one microsecond and ten micro-units of resolution."""
    return table.to_csv(
        sep="\t", index=False, header=header, lineterminator="\n", float_format="%.6f", na_rep="n/a"
    ).encode()
