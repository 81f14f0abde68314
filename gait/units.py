"""Constants and conversions with their sources.

Lives here: what a unit is worth in SI.
Not here: anything tuned to running.
"""

import math

#: Standard gravity. [m/s²]  Source: 3rd CGPM (1901), exact by definition.
G = 9.80665

#: Degrees in a radian. [°/rad]  By definition.
DEG = 180.0 / math.pi

#: Radians in a degree. [rad/°]  By definition.
RAD = math.pi / 180.0
