"""Streams of other sensors' wires, put together from the byte layouts in firmware_bridge/WIRE.md and nothing else.

Run it to make the files beside it again: python tests/golden/make_streams.py. No code of the decoders is used.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

HERE = Path(__file__).parent

#: Sixteen samples of ax ay az (g) gx gy gz (°/s), with numbers that make every byte awkward once.
G_DPS = [
    [
        round(0.01 * (7 * i % 16) - 0.05, 4),
        round(1.0 - 0.002 * i * i, 4),
        round(-0.1 * i, 4),
        2.5 * i,
        -100.0 + i,
        1000.0 - 125.0 * i,
    ]
    for i in range(16)
]


def raw(values: list[float]) -> list[int]:
    """Counts at ±16 g and ±2000 °/s, 32768 to the end."""
    return [round(v / 16 * 32768) for v in values[:3]] + [round(v / 2000 * 32768) for v in values[3:]]


def wit(kind: int, payload: bytes) -> bytes:
    frame = bytes([0x55, kind]) + payload
    return frame + bytes([sum(frame) & 0xFF])


def witmotion(clocked: bool) -> bytes:
    out = b"\x01\x02\x55"
    for i, values in enumerate(G_DPS):
        counts = raw(values)
        if clocked:
            out += wit(0x50, struct.pack("<6BH", 26, 2, 28, 23, 59, 59, 900 + 5 * i))
        out += wit(0x51, struct.pack("<4h", *counts[:3], 2512))
        out += wit(0x52, struct.pack("<4h", *counts[3:], 0))
        out += wit(0x53, struct.pack("<4h", 100, -200, 300, 0))
    return out


def witmotion_ble() -> bytes:
    frames = [b"\x55\x61" + struct.pack("<9h", *raw(values), 1, 2, 3) for values in G_DPS]
    return b"\x61\x00" + b"".join(frames) + b"\x55\x61"


def ximu3_binary() -> bytes:
    out = b"\xda\x01\n"
    for i, v in enumerate(G_DPS):
        payload = struct.pack("<Q6f", 10_000_000 + 2500 * i, *v[3:], *v[:3])
        out += b"\xc9" + payload.replace(b"\xdb", b"\xdb\xdd").replace(b"\n", b"\xdb\xdc") + b"\n"
    return out


def ximu3_ascii() -> bytes:
    out = '{"ping":{}}\r\n'
    for i, v in enumerate(G_DPS):
        us = 10_000_000 + 2500 * i
        out += f"I,{us}," + ",".join(f"{x:.4f}" for x in (*v[3:], *v[:3])) + "\r\n"
        if i % 8 == 7:
            out += f"T,{us},25.4\r\n"
    return out.encode()


def lines(layout: str) -> bytes:
    """Text as sketches print it."""
    out = []
    for i, v in enumerate(G_DPS):
        counts, ms = raw(v), 2000 + 10 * i
        if layout == "raw_then_millis":
            out.append(",".join(map(str, [*counts, ms])))
        elif layout == "millis_then_raw":
            out.append(", ".join(map(str, [ms, *counts])))
        elif layout == "i2cdevlib":
            out.append("a/g:\t" + "\t".join(map(str, counts)))
        elif layout == "data_prefix":
            out.append("Data," + ",".join(map(str, counts)))
        elif layout == "named_bars":
            ax, ay, az, gx, gy, gz = counts
            out.append(f"aX = {ax} | aY = {ay} | aZ = {az} | tmp = 25.1 | gX = {gx} | gY = {gy} | gZ = {gz}")
        elif layout == "named_commas":
            out.append(
                ",".join(
                    f"{k}:{x}" for k, x in zip(("ax", "ay", "az", "gx", "gy", "gz"), counts, strict=True)
                )
            )
        elif layout == "header_units":
            if i == 0:
                out += ["MPU6050 found", "time_ms,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"]
            out.append(",".join(map(str, [ms, *v])))
        elif layout in ("adafruit_lines", "adafruit_one_line"):
            a = [x * 9.80665 for x in v[:3]]
            w = [x * 0.017453292519943295 for x in v[3:]]
            parts = [
                f"Acceleration X: {a[0]:.6f}, Y: {a[1]:.6f}, Z: {a[2]:.6f} m/s^2",
                f"Rotation X: {w[0]:.6f}, Y: {w[1]:.6f}, Z: {w[2]:.6f} rad/s",
                "Temperature: 25.12 degC",
            ]
            out += [*parts, ""] if layout == "adafruit_lines" else ["  ".join(parts)]
    return ("\r\n".join(out) + "\r\n").encode()


TEXTS = (
    "raw_then_millis", "millis_then_raw", "i2cdevlib", "data_prefix", "named_bars", "named_commas", "header_units",
    "adafruit_lines", "adafruit_one_line",
)  # fmt: skip


def streams() -> dict[str, bytes]:
    """Every file by name."""
    return {
        "witmotion_serial.bin": witmotion(clocked=False),
        "witmotion_serial_time.bin": witmotion(clocked=True),
        "witmotion_ble.bin": witmotion_ble(),
        "ximu3_binary.bin": ximu3_binary(),
        "ximu3_ascii.txt": ximu3_ascii(),
        **{f"text_{name}.txt": lines(name) for name in TEXTS},
    }


if __name__ == "__main__":
    for file, content in streams().items():
        (HERE / file).write_bytes(content)
    (HERE / "streams_truth.json").write_text(json.dumps({"g_dps": G_DPS}) + "\n", encoding="utf-8")
