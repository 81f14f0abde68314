"""One recording as each logger would have written it, put together from what is said of their formats.

Nothing here is copied from anybody's export. `write` gives files by name; one name alone is a file of its own, several
are a folder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from gait.recording import Samples
from gait.rotations import Floats
from gait.units import RAD, G

Files = dict[str, str]
EPOCH = 1_700_000_000


def _rows(mark: str, *columns: tuple[Floats | list[str], str]) -> list[str]:
    """Lines of cells; each column with its format."""
    text = [
        [form % value for value in values] if not isinstance(values, list) else values
        for values, form in columns
    ]
    return [mark.join(cells) for cells in zip(*text, strict=True)]


def _xyz(values: Floats, form: str = "%.6f") -> list[tuple[Floats, str]]:
    return [(values[:, k], form) for k in range(3)]


def _joined(*lines: str | list[str], end: str = "\n") -> str:
    return end.join([one for part in lines for one in ([part] if isinstance(part, str) else part)]) + end


def gait(s: Samples) -> Files:
    header = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
    return {
        "run.csv": _joined(
            "# placement: sternum", header, _rows(",", (s.t, "%.6f"), *_xyz(s.acc), *_xyz(s.gyr))
        )
    }


def plain(s: Samples) -> Files:
    header = "millis,ax,ay,az,gx,gy,gz"
    columns = [(1000 * s.t, "%.3f"), *_xyz(s.acc / G), *_xyz(s.gyr / RAD)]
    return {"run.csv": _joined(header, _rows(",", *columns))}


def excel(s: Samples) -> Files:
    """Semicolons and decimal commas."""
    header = "Time (s);Acc X (m/s²);Acc Y (m/s²);Acc Z (m/s²);Gyro X (°/s);Gyro Y (°/s);Gyro Z (°/s)"
    rows = _rows(";", (s.t, "%.4f"), *_xyz(s.acc), *_xyz(s.gyr / RAD, "%.5f"))
    return {"run.csv": _joined(header, [row.replace(".", ",") for row in rows])}


def sensorlog(s: Samples) -> Files:
    """iOS: gravity apart, and the opposite sign."""
    low = np.column_stack([np.convolve(s.acc[:, k], np.ones(51) / 51, "same") for k in range(3)])
    user = s.acc - low
    header = ",".join(
        [
            "loggingTime(txt)",
            "motionTimestamp_sinceReboot(s)",
            *(f"motionRotationRate{a}(rad/s)" for a in "XYZ"),
            *(f"motionUserAcceleration{a}(G)" for a in "XYZ"),
            *(f"motionGravity{a}(G)" for a in "XYZ"),
        ]
    )
    when = [_iso(x, "%Y-%m-%dT%H:%M:%S.") + "+0200" for x in s.t]
    columns = [(when, ""), (s.t, "%.6f"), *_xyz(s.gyr), *_xyz(-user / G), *_xyz(-low / G)]
    return {"run.csv": _joined(header, _rows(",", *columns))}


def witmotion(s: Samples) -> Files:
    """Tabs, time of day in words, over midnight."""
    words = [
        [
            "ax(g)",
            "ay(g)",
            "az(g)",
            "wx(deg/s)",
            "wy(deg/s)",
            "wz(deg/s)",
            "AngleX(deg)",
            "AngleY(deg)",
            "AngleZ(deg)",
        ]
    ][0]
    start = datetime(2026, 5, 1, 23, 59, 40, tzinfo=UTC)
    when = [f"{start + timedelta(seconds=float(x - s.t[0])):%H:%M:%S.%f}"[:-3] for x in s.t]
    none = ["0.0000"] * len(s)
    columns = [
        (["0x50"] * len(s), ""),
        (when, ""),
        *_xyz(s.acc / G, "%.5f"),
        *_xyz(s.gyr / RAD, "%.4f"),
        *[(none, "")] * 3,
    ]
    header = "\t".join(["address", "Time(s)", *words])
    return {
        "run.txt": _joined("StartTime: 2026-05-01 23:59:40.000", header, _rows("\t", *columns), end="\r\n")
    }


def xsens_dot(s: Samples) -> Files:
    """A block of keys and values above, a 32-bit counter that wraps."""
    t = (np.round((s.t - s.t[0]) * 1e6) + 2.0**32 - 20e6) % 2.0**32
    above = ["sep=,", "DeviceTag:,One", "OutputRate:,100Hz", "(c) nobody", ""]
    header = "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
    n = np.arange(len(s), dtype=float)
    return {
        "run.csv": _joined(
            above, header, _rows(",", (n, "%d"), (t, "%d"), *_xyz(s.acc), *_xyz(s.gyr / RAD, "%.5f"))
        )
    }


def xsens_mt(s: Samples) -> Files:
    """No clock, a packet counter, empty columns, the rate in a comment."""
    n = (np.arange(len(s)) + 65_000) % 65_536
    rows = _rows("\t", (n, "%05d"), (["\t\t"] * len(s), ""), *_xyz(s.acc), *_xyz(s.gyr))
    header = "PacketCounter\tSampleTimeFine\tYear\tMonth\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z\t"
    return {
        "run.txt": _joined(
            "// Start Time: Unknown", "// Update Rate: 100.0Hz", header, [f"{r}\t" for r in rows]
        )
    }


def shimmer(s: Samples) -> Files:
    """sep=, a line of units, two accelerometers, E-notation."""
    axes = "XYZ"
    names = [
        "Timestamp_Unix_CAL",
        *(f"Accel_LN_{a}_CAL" for a in axes),
        *(f"Accel_WR_{a}_CAL" for a in axes),
        *(f"Gyro_{a}_CAL" for a in axes),
    ]
    low_noise = np.clip(s.acc, -2 * G, 2 * G)
    columns = [((EPOCH + s.t) * 1e3, "%.13E"), *_xyz(low_noise), *_xyz(s.acc), *_xyz(s.gyr / RAD, "%.5f")]
    units = ";".join(["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3]) + ";"
    header = ";".join(f"Shimmer_1A2B_{name}" for name in names) + ";"
    return {
        "run.csv": _joined('"sep=;"', header, units, [row + ";" for row in _rows(";", *columns)], end="\r\n")
    }


def xio(s: Samples) -> Files:
    """Gyroscope first."""
    header = ",".join(
        [
            "Timestamp (us)",
            *(f"Gyroscope {a} (deg/s)" for a in "XYZ"),
            *(f"Accelerometer {a} (g)" for a in "XYZ"),
        ]
    )
    return {
        "run.csv": _joined(
            header, _rows(",", (1e6 * s.t, "%d"), *_xyz(s.gyr / RAD, "%.5f"), *_xyz(s.acc / G))
        )
    }


def physics_toolbox(s: Samples) -> Files:
    """A blank line first and between, a comma at each end."""
    header = "time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,"
    columns = [(s.t, "%.6f"), *_xyz(s.acc / G), *_xyz(s.acc * 0 + 0.1), *_xyz(s.gyr)]
    return {"run.csv": _joined("", header, "", [f"{row},\n" for row in _rows(",", *columns)])}


def openlog(s: Samples) -> Files:
    """Date and time in two columns of words, mg."""
    day = ["05/01/2026"] * len(s)
    when = [
        f"{datetime(2026, 5, 1, 7, tzinfo=UTC) + timedelta(seconds=float(x - s.t[0])):%H:%M:%S.%f}"[:-4]
        for x in s.t
    ]
    header = "rtcDate,rtcTime,aX,aY,aZ,gX,gY,gZ,mX,mY,mZ,imu_degC,output_Hz,"
    none = ["1.0"] * len(s)
    columns = [
        (day, ""),
        (when, ""),
        *_xyz(1000 * s.acc / G, "%.2f"),
        *_xyz(s.gyr / RAD, "%.3f"),
        *[(none, "")] * 5,
    ]
    return {"run.csv": _joined(header, [row + "," for row in _rows(",", *columns)])}


def sisfall(s: Samples) -> Files:
    """Raw counts, no header, no clock."""
    first = np.round(s.acc / G * 256)
    gyr = np.round(s.gyr / RAD * 32768 / 2000)
    second = np.round(np.clip(s.acc / G, -8, 8) * 1024)
    rows = _rows(",", *[(v[:, k], "%4d") for v in (first, gyr, second) for k in range(3)])
    return {"run.txt": _joined([row + ";" for row in rows], end="\r\n")}


def yei(s: Samples) -> Files:
    """The header stands in a comment."""
    names = [
        "int(ChipTimeUS)",
        *(f"float(RawGyro{a})" for a in "XYZ"),
        *(f"float(RawAccel{a})" for a in "XYZ"),
    ]
    header = ' # Data format: "' + ",".join(f"%{name}" for name in names) + '"'
    return {"run.txt": _joined(header, _rows(",", (1e6 * s.t, "%d"), *_xyz(s.gyr), *_xyz(s.acc / G)))}


def umafall(s: Samples) -> Files:
    """A row for each sensor's news, two sensors of which one has a gyroscope."""
    above = [
        "% Name: nobody",
        "% aa:bb; 0; RIGHTPOCKET; phone",
        "% cc:dd; 3; CHEST; tag",
        "% TimeStamp; Sample No; X-Axis; Y-Axis; Z-Axis; Sensor Type; Sensor ID;",
    ]
    rows = []
    for k in range(len(s)):
        ms = round(1000 * (s.t[k] - s.t[0])) + 100
        for kind, sensor, (x, y, z) in ((0, 3, s.acc[k] / G), (1, 3, s.gyr[k] / RAD), (0, 0, s.acc[k] / G)):
            rows.append(f"{ms};{k};{x:.6f};{y:.6f};{z:.6f};{kind};{sensor}")
    return {"run.csv": _joined(above, rows)}


def sensor_logger(s: Samples) -> Files:
    """z, y, x; gravity apart; two clocks."""
    low = np.column_stack([np.convolve(s.acc[:, k], np.ones(51) / 51, "same") for k in range(3)])
    late = s.t + 0.0031

    def part(t: Floats, xyz: Floats) -> str:
        stamps = [f"{round((EPOCH + x) * 1e9)}" for x in t]
        return _joined(
            "time,seconds_elapsed,z,y,x",
            _rows(",", (stamps, ""), (t - t[0], "%.6f"), *_xyz(xyz[:, ::-1], "%.7f")),
        )

    gyr = np.column_stack([np.interp(late, s.t, s.gyr[:, k]) for k in range(3)])
    return {
        "Accelerometer.csv": part(s.t, s.acc - low),
        "Gravity.csv": part(s.t, low),
        "Gyroscope.csv": part(late, gyr),
        "Metadata.csv": "version,device name,platform,standardisation\n3,Phone,android,false\n",
    }


def phyphox(s: Samples) -> Files:
    """Quoted headers, E-notation, a file each."""

    def part(t: Floats, xyz: Floats, unit: str) -> str:
        header = ",".join(['"Time (s)"', *(f'"{a} ({unit})"' for a in "XYZ")])
        return _joined(header, _rows(",", (t, "%.9E"), *_xyz(xyz, "%.9E")))

    late = s.t + 0.0025
    return {
        "Accelerometer.csv": part(s.t, s.acc, "m/s^2"),
        "Gyroscope.csv": part(
            late, np.column_stack([np.interp(late, s.t, s.gyr[:, k]) for k in range(3)]), "rad/s"
        ),
    }


def polar(s: Samples) -> Files:
    """mg and °/s; a phone's words and a sensor's nanoseconds since 2000."""

    def part(t: Floats, xyz: Floats, unit: str, form: str) -> str:
        header = f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}]"
        stamps = [f"{round((EPOCH - 946_684_800 + x) * 1e9)}" for x in t]
        return _joined(header, _rows(";", ([_iso(x) for x in t], ""), (stamps, ""), *_xyz(xyz, form)))

    return {
        "Polar_ACC.txt": part(s.t, 1000 * s.acc / G, "mg", "%d"),
        "Polar_GYRO.txt": part(s.t, s.gyr / RAD, "dps", "%.2f"),
    }


def mbientlab(s: Samples) -> Files:
    def part(xyz: Floats, unit: str) -> str:
        header = "epoc (ms),timestamp (-0500),elapsed (s)," + ",".join(f"{a}-axis ({unit})" for a in "xyz")
        stamps = [f"{round((EPOCH + x) * 1e3)}" for x in s.t]
        when = [_iso(x, "%Y-%m-%dT%H.%M.%S.") for x in s.t]
        return _joined(
            header, _rows(",", (stamps, ""), (when, ""), (s.t - s.t[0], "%.3f"), *_xyz(xyz, "%.4f"))
        )

    return {"Accelerometer.csv": part(s.acc / G, "g"), "Gyroscope.csv": part(s.gyr / RAD, "deg/s")}


def sensor_kinetics(s: Samples) -> Files:
    """Nothing in the headers tells which is which; the names do."""
    header = "time,X_value,Y_value,Z_value"
    return {
        f"run_{name}.csv": _joined(header, _rows(",", (s.t, "%.4f"), *_xyz(xyz, "%.5f")))
        for name, xyz in (("accm", s.acc), ("gyrm", s.gyr))
    }


def _iso(seconds: float, form: str = "%Y-%m-%dT%H:%M:%S.") -> str:
    when = datetime(2026, 5, 1, 7, tzinfo=UTC) + timedelta(seconds=float(seconds))
    return when.strftime(form) + f"{when.microsecond // 1000:03d}"


LOGGERS: dict[str, Callable[[Samples], Files]] = {
    maker.__name__: maker
    for maker in (
        gait, plain, excel, sensorlog, witmotion, xsens_dot, xsens_mt, shimmer, xio, physics_toolbox, openlog, sisfall, yei,
        umafall, sensor_logger, phyphox, polar, mbientlab, sensor_kinetics,
    )
}  # fmt: skip

#: What has to be said of some, as there is nothing in the file that tells.
SAID: dict[str, dict[str, object]] = {"sisfall": {"rate_hz": 100.0}}
