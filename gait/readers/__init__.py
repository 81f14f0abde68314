"""Files in: whatever a recording is written in, one shape comes out.

Lives here: ``read``, the room's door.
Not here: what is done with a recording.
"""

from gait.readers.csv_file import write_csv
from gait.readers.read import read, read_with_units

__all__ = ["read", "read_with_units", "write_csv"]
