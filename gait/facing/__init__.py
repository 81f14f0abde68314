"""Which way the torso faces inside the sensor's axes, and which foot is which."""

from gait.facing.feet import swapped_feet
from gait.facing.find import CONTRADICTED_DEG, find_facing
from gait.facing.mounting import FACINGS, Mounting

__all__ = ["CONTRADICTED_DEG", "FACINGS", "Mounting", "find_facing", "swapped_feet"]
