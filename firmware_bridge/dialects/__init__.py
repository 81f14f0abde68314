"""Other sensors' wires, each behind the same ``feed(bytes) -> events``.

Lives here: one file a wire, and detect.py, which tells them apart.
Not here: our own wire (decoder.py).
"""
