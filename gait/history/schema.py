"""The tables of the store, version by version.

Lives here: what each version of the file added, as SQL.
Not here: opening a file and bringing it up to date (store.py).

A step that was ever released is never changed; a new one is added below it. Step n makes version n (``PRAGMA
user_version``) from version n - 1.
"""

from __future__ import annotations

#: Marks a file as ours (``PRAGMA application_id``): "gait" in ASCII.
APPLICATION_ID = 0x67616974

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE runs (
            number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
            content     TEXT NOT NULL UNIQUE,               -- SHA-256 of the recording
            started_at  TEXT NOT NULL,                      -- UTC, ISO 8601
            dated       TEXT NOT NULL CHECK (dated IN ('recording', 'file')),
            kept_at     TEXT NOT NULL,                      -- UTC, ISO 8601
            source      TEXT NOT NULL,                      -- name of the file
            length_s    REAL NOT NULL,
            placement   TEXT NOT NULL,
            surface     TEXT NOT NULL DEFAULT '',
            shoes       TEXT NOT NULL DEFAULT '',
            feel        TEXT NOT NULL DEFAULT '',
            gait        TEXT NOT NULL,                      -- version that measured it
            catalogue   TEXT NOT NULL,                      -- version that judged its traits
            heard       TEXT NOT NULL                       -- JSON: what a catalogue asks beside the measures
        )
        """,
        """
        CREATE TABLE measures (
            run         INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            key         TEXT NOT NULL,
            unit        TEXT NOT NULL,
            value       REAL,
            low         REAL,
            high        REAL,
            systematic  REAL,
            n           INTEGER NOT NULL,
            blocks      INTEGER NOT NULL,
            trust       REAL NOT NULL,
            why         TEXT NOT NULL,                      -- JSON: list of reasons
            strides     TEXT NOT NULL,                      -- JSON: quantiles over its strides
            PRIMARY KEY (run, key)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE traits (
            run         INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            key         TEXT NOT NULL,
            state       TEXT NOT NULL CHECK (state IN ('seen', 'not_spoken_of', 'could_not_listen')),
            why         TEXT NOT NULL,                      -- JSON: list of reasons
            PRIMARY KEY (run, key)
        ) WITHOUT ROWID
        """,
    ),
)

#: The version that this gait writes.
VERSION = len(STEPS)
