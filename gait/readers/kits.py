"""Every logger that writes one file for each sensor, as data.

Lives here: what its files are called, which clock they share, which units it writes.
Not here: reading them (phone_log.py), loggers that write one table (dialects.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from gait.readers.words import Units


@dataclass(frozen=True)
class Kit:
    """A logger that writes one file for each sensor.

    Attributes
    ----------
    key, title : str
        For ``--dialect`` and for people.
    header : str
        Pattern of the folded header cells, joined with ``|``.
    roles : tuple of (role, pattern)
        What a file is by its name (lower case, without ending), where its header does not say; first match counts.
    clock : str
        Folded name of the clock that all its files share.
    units : Units
        What the logger writes, None where each header says it.
    example : str
        Two headers, for ``gait formats``.
    epoch_s : float
        Where the clock counts from, in seconds since 1970. [s]
    """

    key: str
    title: str
    header: str
    roles: tuple[tuple[str, str], ...]
    clock: str
    units: Units
    example: str
    epoch_s: float = 0.0


#: What a file's name tells where nothing else does.
BY_NAME = (
    ("", r"uncal|magn|bar|annot|meta"),
    ("linear", r"lin|user|without"),
    ("gravity", r"grav"),
    ("gyr", r"gyr|rotation|angular"),
    ("acc", r"acc"),
)

KEY = "sensor-logger"

#: Words for ``--dialect`` that say the phone's system, for an export without Metadata.csv.
KEY_IOS, KEY_ANDROID = "sensor-logger-ios", "sensor-logger-android"

#: First match counts.
KITS: tuple[Kit, ...] = (
    Kit(
        key=KEY,
        title="Sensor Logger (phone)",
        header=r"time\|seconds_elapsed\|.*",
        # ``Accelerometer`` has gravity taken out, ``TotalAcceleration`` has not.
        roles=(
            ("acc", r"(^|/)totalacceleration$"),
            ("linear", r"(^|/)accelerometer$"),
            ("gravity", r"(^|/)gravity$"),
            ("gyr", r"(^|/)gyroscope$"),
            ("", r".*"),
        ),
        clock="time",
        units=Units("ns", "mps2", "radps"),
        example="TotalAcceleration.csv: time,seconds_elapsed,z,y,x / Gyroscope.csv: time,seconds_elapsed,z,y,x",
    ),
    Kit(
        key="phyphox",
        title="phyphox (phone)",
        header=r"time \(s\)\|((linear )?acceleration |gyroscope )?x \((m/s\^2|rad/s|deg/s)\)\|.*",
        roles=BY_NAME,
        clock="time (s)",
        units=Units("s", "mps2", "radps"),
        example='Accelerometer.csv: "Time (s)","X (m/s^2)","Y (m/s^2)","Z (m/s^2)" / Gyroscope.csv: "Time (s)","X (rad/s)","Y (rad/s)","Z (rad/s)"',
    ),
    Kit(
        key="polar",
        title="Polar Sensor Logger",
        header=r"phone timestamp\|sensor timestamp \[ns\]\|.*",
        roles=BY_NAME,
        clock="sensor timestamp [ns]",
        units=Units("ns"),
        example="..._ACC.txt: Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg] / ..._GYRO.txt: Phone timestamp;sensor timestamp [ns];X [dps];Y [dps];Z [dps]",
        epoch_s=946_684_800.0,  # its clock counts from 2000
    ),
    Kit(
        key="mbientlab",
        title="MbientLab MetaBase",
        header=r"epoc \(ms\)\|timestamp.*\|elapsed \(s\)\|.*",
        roles=BY_NAME,
        clock="epoc (ms)",  # elapsed (s) begins at nought in each file
        units=Units("ms"),
        example="Accelerometer.csv: epoc (ms),timestamp (-0500),elapsed (s),x-axis (g),y-axis (g),z-axis (g) / Gyroscope.csv: ...,x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)",
    ),
    Kit(
        key="sensor-kinetics",
        title="Sensor Kinetics (phone)",
        header=r"time\|x_value\|y_value\|z_value",
        roles=BY_NAME,
        clock="time",
        units=Units("s", "mps2", "radps"),
        example="..._accm.csv: time,X_value,Y_value,Z_value / ..._gyrm.csv: time,X_value,Y_value,Z_value",
    ),
)

#: All words that ``--dialect`` takes for such an export.
KEYS = (*(kit.key for kit in KITS), KEY_IOS, KEY_ANDROID)
