"""A runner whose every movement is known, and a sensor that reads it.

The door of this room: ``simulate`` for one runner, ``draw`` for runners at random, ``sample_recordings`` for the
sample data. Place and orientation are made first and then differentiated, so the readings agree with each other.

Lives here: the trunk in standing, walking and running, an MPU-6050's errors with one switch each, the truth.
Not here: files (readers/), anything that estimates.
"""

from gait.synthetic.course import Course, Stretch
from gait.synthetic.draw import draw
from gait.synthetic.runner import Runner
from gait.synthetic.sample import sample_recordings
from gait.synthetic.sensor import Sensor
from gait.synthetic.truth import Truth, simulate
from gait.synthetic.waveform import Waveform

__all__ = [
    "Course",
    "Runner",
    "Sensor",
    "Stretch",
    "Truth",
    "Waveform",
    "draw",
    "sample_recordings",
    "simulate",
]
