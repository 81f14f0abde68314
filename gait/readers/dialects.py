"""Every logger's table we know, as data.

Lives here: which column of which logger is what, in which unit, with which sign; finding the row that fits.
Not here: reading a file (csv_file.py), headers nobody knows (header_words.py), loggers that write a file per
sensor (kits.py).

A new logger that writes one table is one more row in ``DIALECTS``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gait.errors import ReadError
from gait.readers.header_words import by_words, fold, units_of
from gait.readers.layout import BARE, PLAIN, Layout, Places, layout_of_columns
from gait.readers.words import COLUMNS, SKIPPED, Units

Triple = tuple[str, str, str]


def _xyz(pattern: str) -> Triple:
    """Names of x, y, z from one with a ``*`` in the axis' place."""
    return pattern.replace("*", "x"), pattern.replace("*", "y"), pattern.replace("*", "z")


@dataclass(frozen=True)
class Dialect:
    """One logger's table. Names are folded: lower case, plain letters (header_words.fold).

    Attributes
    ----------
    key, title : str
        For ``--dialect`` and for people.
    clock : tuple of str
        Names of the clock column, the best first; empty when rows come at ``rate_hz`` or at a stated rate.
    acc : tuple of triples
        Names of x, y, z; several triples are summed (gravity + user acceleration).
    gyr : triple
    units : Units
        What the logger writes, None where only the data can tell.
    example : str
        A header, for ``gait formats``; the first row for a table without one.
    acc_sign : float
        -1 where the logger reports the negative of specific force (CoreMotion).
    rate_hz : float or None
        For tables without a clock. [Hz]
    needs : tuple of str
        Further columns that must be there to tell it from others.
    prefix : str
        Pattern of what stands before each name.
    counter : tuple of str
        Names of a column that counts rows.
    bare : str
        Pattern of a row, for tables without a header; then names are places: "0", "1", ...
    closed : str
        Sign at the end of each row of such a table, see rows.Shape.
    sensor : str
        Which of several alike sensors in one table this row takes, for ``--sensor``.
    clock_units, clock_rates, notes
        As in Layout.
    """

    key: str
    title: str
    clock: tuple[str, ...]
    acc: tuple[Triple, ...]
    gyr: Triple
    units: Units
    example: str
    acc_sign: float = 1.0
    rate_hz: float | None = None
    needs: tuple[str, ...] = ()
    prefix: str = ""
    counter: tuple[str, ...] = ()
    bare: str = ""
    closed: str = ""
    sensor: str = ""
    clock_units: tuple[float, ...] = ()
    clock_rates: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


#: Said where a logger's sign is Apple's. Source: Apple's CoreMotion, CMAcceleration: a device face up reads -1 g.
_NEGATED = "Acceleration was negated: the logger passes on iOS' sign, with which a phone that lies face up reads -1 g."
_SUMMED = "Acceleration with gravity was put together from gravity and user acceleration."
_WIDE = (
    "Of the two accelerometers the wide-range one was taken; the low-noise one ends at 2 g, which running exceeds "
    "(--sensor LN takes it)."
)

_COLUMNS_XIO = ((_xyz("accelerometer * (g)"),), _xyz("gyroscope * (deg/s)"))
_HEADER_XIO = (
    "Gyroscope X (deg/s),Gyroscope Y (deg/s),Gyroscope Z (deg/s),Accelerometer X (g),Accelerometer Y (g),"
    "Accelerometer Z (g)"
)
_SHIMMER_EXAMPLE = (
    "sep=; / Shimmer_40AC_Timestamp_Unix_CAL;Shimmer_40AC_Accel_{0}_X_CAL;Shimmer_40AC_Accel_{0}_Y_CAL;"
    "Shimmer_40AC_Accel_{0}_Z_CAL;Shimmer_40AC_Gyro_X_CAL;Shimmer_40AC_Gyro_Y_CAL;Shimmer_40AC_Gyro_Z_CAL / "
    "ms;m/(s^2);m/(s^2);m/(s^2);deg/s;deg/s;deg/s"
)

#: Tables known by their header or the look of their rows, first match counts.
DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        key="gait",
        title="our own CSV",
        clock=("t_s",),
        acc=(_xyz("a*_mps2"),),
        gyr=_xyz("g*_radps"),
        units=Units("s", "mps2", "radps"),
        example="t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps,temp_c",
    ),
    Dialect(
        key="physics-toolbox",
        title="Physics Toolbox Suite (phone)",
        clock=("time",),
        acc=(_xyz("gf*"),),
        gyr=_xyz("w*"),
        units=Units("s", "g", "radps"),
        example="time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,",
        notes=("The g-force meter was taken, which has gravity in it; the linear accelerometer has not.",),
    ),
    Dialect(
        key="androsensor",
        title="AndroSensor (phone)",
        clock=("time since start in ms", "time ms", "yyyy-mo-dd hh-mi-ss_sss"),
        acc=(_xyz("accelerometer *"),),
        gyr=_xyz("gyroscope *"),
        units=Units("ms", "mps2", "radps"),
        needs=("gravity x",),
        example=(
            "ACCELEROMETER X (m/s²),ACCELEROMETER Y (m/s²),ACCELEROMETER Z (m/s²),GRAVITY X (m/s²),GYROSCOPE X (rad/s),"
            "GYROSCOPE Y (rad/s),GYROSCOPE Z (rad/s),Time since start in ms ,YYYY-MO-DD HH-MI-SS_SSS"
        ),
    ),
    Dialect(
        key="androsensor",
        title="AndroSensor, columns renamed",
        clock=("time ms", "time since start in ms", "time"),
        acc=(_xyz("a*"),),
        gyr=_xyz("gyro*"),
        units=Units("ms", "mps2", "radps"),
        needs=("gx", "gz", "lax", "laz"),
        example="AX,AY,AZ,GX,GY,GZ,LAX,LAY,LAZ,GYROX,GYROY,GYROZ,Time ms",
        notes=("GX, GY, GZ beside LAX, LAY, LAZ are gravity; the gyroscope is GYROX, GYROY, GYROZ.",),
    ),
    Dialect(
        key="sensorlog",
        title="SensorLog (iOS), device motion",
        clock=("motiontimestamp_sincereboot(s)", "accelerometertimestamp_sincereboot(s)", "loggingtime(txt)"),
        acc=(_xyz("motionuseracceleration*(g)"), _xyz("motiongravity*(g)")),
        gyr=_xyz("motionrotationrate*(rad/s)"),
        units=Units("s", "g", "radps"),
        acc_sign=-1.0,
        example=(
            "loggingTime(txt),motionTimestamp_sinceReboot(s),motionRotationRateX(rad/s),motionRotationRateY(rad/s),"
            "motionRotationRateZ(rad/s),motionUserAccelerationX(G),motionUserAccelerationY(G),motionUserAccelerationZ(G),"
            "motionGravityX(G),motionGravityY(G),motionGravityZ(G)"
        ),
        notes=(_SUMMED, _NEGATED),
    ),
    Dialect(
        key="sensorlog",
        title="SensorLog (iOS), raw sensors",
        clock=("accelerometertimestamp_sincereboot(s)", "gyrotimestamp_sincereboot(s)", "loggingtime(txt)"),
        acc=(_xyz("accelerometeracceleration*(g)"),),
        gyr=_xyz("gyrorotation*(rad/s)"),
        units=Units("s", "g", "radps"),
        acc_sign=-1.0,
        example=(
            "loggingTime(txt),accelerometerTimestamp_sinceReboot(s),accelerometerAccelerationX(G),"
            "accelerometerAccelerationY(G),accelerometerAccelerationZ(G),gyroRotationX(rad/s),gyroRotationY(rad/s),"
            "gyroRotationZ(rad/s)"
        ),
        notes=(_NEGATED,),
    ),
    Dialect(
        key="coremotion",
        title="SensingKit and other CoreMotion device motion (iOS)",
        clock=("timestamp", "time", "t"),
        acc=(_xyz("gravity.*"), _xyz("useracceleration.*")),
        gyr=_xyz("rotationrate.*"),
        units=Units(None, "g", "radps"),
        acc_sign=-1.0,
        example=(
            "timestamp,gravity.x,gravity.y,gravity.z,rotationRate.x,rotationRate.y,rotationRate.z,userAcceleration.x,"
            "userAcceleration.y,userAcceleration.z"
        ),
        notes=(_SUMMED, _NEGATED),
    ),
    Dialect(
        key="sensingkit",
        title="SensingKit as MotionSense publishes it: an index for a clock, 50 Hz",
        clock=(),
        counter=("",),
        rate_hz=50.0,
        acc=(_xyz("gravity.*"), _xyz("useracceleration.*")),
        gyr=_xyz("rotationrate.*"),
        units=Units(None, "g", "radps"),
        acc_sign=-1.0,
        example=(
            ",attitude.roll,attitude.pitch,attitude.yaw,gravity.x,gravity.y,gravity.z,rotationRate.x,rotationRate.y,"
            "rotationRate.z,userAcceleration.x,userAcceleration.y,userAcceleration.z"
        ),
        notes=(_SUMMED, _NEGATED),
    ),
    Dialect(
        key="witmotion",
        title="WitMotion PC software, text",
        clock=("time(s)", "time", "chip time()", "chiptime"),
        acc=(_xyz("a*(g)"),),
        gyr=_xyz("w*(deg/s)"),
        units=Units("s", "g", "dps"),
        needs=("anglex(deg)",),
        example="address\tTime(s)\tax(g)\tay(g)\taz(g)\twx(deg/s)\twy(deg/s)\twz(deg/s)\tAngleX(deg)\tAngleY(deg)\tAngleZ(deg)",
    ),
    Dialect(
        key="witmotion",
        title="WitMotion, newer software",
        clock=("time", "time(s)", "chip time()", "chiptime"),
        acc=(_xyz("acc*(g)"),),
        gyr=_xyz("as*(deg/s)"),
        units=Units("s", "g", "dps"),
        example="time,DeviceName,AccX(g),AccY(g),AccZ(g),AsX(°/s),AsY(°/s),AsZ(°/s)",
    ),
    Dialect(
        key="xsens-dot",
        title="Xsens / Movella DOT",
        clock=("sampletimefine",),
        acc=(_xyz("acc_*"),),
        gyr=_xyz("gyr_*"),
        units=Units(None, "mps2", "dps"),
        clock_units=(1e-6, 1e-4, 1e-3),
        clock_rates=(20.0, 30.0, 60.0, 120.0, 12.0, 15.0, 10.0),
        counter=("packetcounter",),
        example="PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z",
    ),
    Dialect(
        key="xsens-mt",
        title="Xsens MT Manager, MTw Awinda (text, rate in a comment)",
        clock=(),
        counter=("packetcounter", "counter"),
        acc=(_xyz("acc_*"),),
        gyr=_xyz("gyr_*"),
        units=Units(None, "mps2", "radps"),
        example="// Update Rate: 100.0Hz / PacketCounter\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z",
    ),
    *(
        Dialect(
            key="shimmer",
            title=f"Shimmer Consensys, {name} accelerometer",
            prefix=r"shimmer_\w{4}_",
            clock=(
                "timestamp_unix_cal",
                "system_timestamp_plot_zeroed_cal",
                "timestamp_cal",
                "timestamp_sync_unix_cal",
            ),
            acc=(_xyz(f"accel_{sensor.lower()}_*_cal"),),
            gyr=_xyz("gyro_*_cal"),
            units=Units("ms", "mps2", "dps"),
            needs=needs,
            sensor=sensor,
            example=_SHIMMER_EXAMPLE.format(sensor),
            notes=notes,
        )
        for sensor, name, needs, notes in (
            ("WR", "wide-range (both were recorded)", ("accel_ln_x_cal",), (_WIDE,)),
            ("WR", "wide-range", (), ()),
            ("LN", "low-noise", (), ()),
        )
    ),
    Dialect(
        key="x-io",
        title="x-IMU3, NGIMU (x-io)",
        clock=("timestamp (us)", "time (s)"),
        acc=_COLUMNS_XIO[0],
        gyr=_COLUMNS_XIO[1],
        units=Units(None, "g", "dps"),
        example=f"Timestamp (us),{_HEADER_XIO}",
    ),
    Dialect(
        key="x-imu",
        title="the first x-IMU (x-io): packet numbers, no clock; say --rate",
        clock=(),
        counter=("packet number",),
        acc=_COLUMNS_XIO[0],
        gyr=_COLUMNS_XIO[1],
        units=Units(None, "g", "dps"),
        example=f"Packet number,{_HEADER_XIO}",
    ),
    Dialect(
        key="openlog",
        title="SparkFun OpenLog Artemis",
        clock=("micros", "rtctime"),
        acc=(_xyz("a*"),),
        gyr=_xyz("g*"),
        units=Units(None, "mg", "dps"),
        needs=("rtcdate", "rtctime"),
        example="rtcDate,rtcTime,aX,aY,aZ,gX,gY,gZ,mX,mY,mZ,imu_degC,output_Hz,",
    ),
    Dialect(
        key="yei",
        title="YEI / Yost 3-Space",
        clock=("chiptimeus",),
        acc=(_xyz("rawaccel*"),),
        gyr=_xyz("rawgyro*"),
        units=Units("us", "g", "radps"),
        example='# Data format: "%int(ChipTimeUS),%float(RawGyroX),%float(RawGyroY),%float(RawGyroZ),%float(RawAccelX),%float(RawAccelY),%float(RawAccelZ)"',
    ),
    Dialect(
        key="sisfall",
        title="SisFall: raw counts of two accelerometers and a gyroscope, 200 Hz",
        clock=(),
        rate_hz=200.0,
        acc=(("0", "1", "2"),),
        gyr=("3", "4", "5"),
        units=Units(None, "raw:128g", "raw:2000dps"),
        bare=r" *-?\d+(, *-?\d+){8}",
        closed=";",
        example="17,-179,-99,-18,-504,-352,76,-697,-279;",
        notes=("The first accelerometer was taken (ADXL345, 256 counts a g); the second ends at 8 g.",),
    ),
    Dialect(
        key="pololu",
        title="Pololu MinIMU, raw counts at its library's ranges, ms ticks",
        clock=("9",),
        acc=(("0", "1", "2"),),
        gyr=("3", "4", "5"),
        units=Units("ms", "raw:2g", "raw:286.72dps"),
        bare=r" *-?\d+( +-?\d+){10} *",
        example="16445  -75  1491  296  -415  -340  -1277  -3394  3815  2  3",
        notes=("Counts were taken at the ranges its library sets, ±2 g and 8.75 mdps a count.",),
    ),
)


def known_dialects() -> tuple[str, ...]:
    """All words that ``--dialect`` takes for a single table."""
    return (*dict.fromkeys(row.key for row in DIALECTS), PLAIN)


def layout_without_header(
    width: int, name: str, has_rate: bool, only: str | None = None, row: str = "", closed: str = ""
) -> Layout:
    """The layout of rows that nobody named: a known look, or our order, when the number of columns leaves no other.

    Parameters
    ----------
    width : int
        Cells that are filled.
    name : str
        The file, for the message.
    has_rate : bool
        A rate was stated.
    only : str, optional
        Take this dialect and no other.
    row, closed : str
        The first row as text, and the sign that each row ends with.

    Raises
    ------
    ReadError
        If nothing tells which column is which.
    """
    for known in DIALECTS:
        if (
            known.bare
            and only in (None, known.key)
            and known.closed == closed
            and re.fullmatch(known.bare, row)
        ):
            return _layout(known, [str(i) for i in range(width)], known.units)
    if only not in (None, PLAIN):
        raise ReadError(
            f"{name} is not of the dialect {only}: it has no header, and its rows do not look like it."
        )
    if width == len(BARE):
        return layout_of_columns(BARE)
    if width == len(BARE) - 1 and has_rate:
        return layout_of_columns(BARE[1:])
    raise ReadError(
        f"{name} has no header and {width} column{'s' if width != 1 else ''}, so nothing says which is which. "
        f"Name them in order, {SKIPPED} for one to leave out: --columns {','.join(COLUMNS)}"
        + ("" if has_rate else " (without t add --rate).")
    )


def layout_of_header(
    cells: Sequence[str],
    name: str,
    only: str | None = None,
    *,
    first: Sequence[str] = (),
    sensor: str | None = None,
) -> Layout:
    """The layout that a header tells, by the table of dialects or by its words.

    Parameters
    ----------
    cells : sequence of str
        The header's cells.
    name : str
        The file, for the message.
    only : str, optional
        Take this dialect and no other.
    first : sequence of str
        Cells of the first row; a clock that is empty there is none.
    sensor : str, optional
        Which of several sensors in the table.

    Raises
    ------
    ReadError
        If the header fits nothing known; the message says which column is missing.
    """
    fits = [
        (row, layout)
        for row in DIALECTS
        if not row.bare and only in (None, row.key) and (layout := _fit(row, cells, first)) is not None
    ]
    if sensor is not None and fits and fits[0][0].sensor:
        named = [fit for fit in fits if fit[0].sensor.lower() == sensor.lower()]
        if not named:
            there = " or ".join(dict.fromkeys(fit[0].sensor for fit in fits if fit[0].sensor))
            raise ReadError(f"{name} has no sensor {sensor!r}; say --sensor {there}.")
        return replace(named[0][1], notes=()) if named[0][0].sensor == "LN" else named[0][1]
    if fits:
        return fits[0][1]
    if only not in (None, PLAIN):
        row = next((row for row in DIALECTS if row.key == only and not row.bare), None)
        if row is None:
            raise ReadError(f"{name} is not of the dialect {only}: it has a header, and {only} has none.")
        names = {word for cell in cells for word in _names(cell, row)}
        wanted = [*row.clock[:1], *(axis for triple in row.acc for axis in triple), *row.gyr]
        missing = [column for column in wanted if column not in names]
        raise ReadError(f"{name} is not of the dialect {only}: its header lacks {', '.join(missing)}.")
    return by_words(cells, name, sensor)


def _names(cell: str, row: Dialect) -> tuple[str, str]:
    """What a header cell may be called: as it stands, and without the unit in its brackets."""
    whole = re.sub(f"^{row.prefix}", "", fold(cell)) if row.prefix else fold(cell)
    return whole, re.sub(r"\s*[(\[][^()\[\]]*[)\]]$", "", whole)


def _fit(row: Dialect, cells: Sequence[str], first: Sequence[str]) -> Layout | None:
    """The row's layout if all its columns are there."""
    both = [_names(cell, row) for cell in cells]
    asked = {*row.clock, *row.counter, *row.needs, *row.gyr, *(axis for triple in row.acc for axis in triple)}
    names = [whole if whole in asked else bare for whole, bare in both]
    if any(axis not in names for triple in (*row.acc, row.gyr) for axis in triple):
        return None
    if any(column not in names for column in row.needs):
        return None
    clocks = [i for column in row.clock for i, named in enumerate(names) if named == column]
    if row.clock and not any(i >= len(first) or first[i] for i in clocks):
        return None
    if not row.clock and row.counter and not any(column in names for column in row.counter):
        return None
    places = [names.index(axis) for axis in (*row.acc[0], *row.gyr)]
    return _layout(row, names, units_of(cells, places, clocks[0] if clocks else None).over(row.units))


def _layout(row: Dialect, names: Sequence[str], units: Units) -> Layout:
    """The row's layout over columns of these names."""

    def places(triple: Triple) -> Places:
        return names.index(triple[0]), names.index(triple[1]), names.index(triple[2])

    counter = next((names.index(column) for column in row.counter if column in names), None)
    return Layout(
        dialect=row.key,
        clocks=tuple(i for column in row.clock for i, named in enumerate(names) if named == column),
        acc=tuple(places(triple) for triple in row.acc),
        gyr=places(row.gyr),
        units=units,
        acc_sign=row.acc_sign,
        rate_hz=row.rate_hz,
        counter=counter,
        clock_units=row.clock_units,
        clock_rates=row.clock_rates,
        notes=row.notes,
    )
