"""Everything that knows the sensor: its wire, its port, the capture file. It has never heard of a stride.

Lives here: the package's name; each file is its own door.
Not here: anything of gait.
"""
