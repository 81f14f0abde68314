"""The real sketch, run on a simulated controller with a modelled sensor.

Lives here: the package's name; run.py is its door.
Not here: the virtual sensor (virtual_sensor.py), which makes frames without a sketch.
"""
