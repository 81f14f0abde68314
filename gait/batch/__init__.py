"""Many recordings: one file is one task, over any executor; and the tables of all of them.

Lives here: nothing but the room.
Not here: what is done with one recording (results.py), flags and progress (commands/batch.py).
"""
