"""``python -m gait`` is ``gait``.

Lives here: that.
Not here: the command line (cli.py).
"""

from gait.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
