-- A store as the first version wrote it; later versions have to read it for ever.
PRAGMA application_id = 1734437236;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
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
        ;
INSERT INTO "measures" VALUES(1,'cadence','spm',166.0,165.9,166.1,0.5,400,20,1.0,'[]','[165.9,165.904,165.908,165.912,165.916,165.92,165.924,165.928,165.932,165.936,165.94,165.944,165.948,165.952,165.956,165.96,165.964,165.968,165.972,165.976,165.98,165.984,165.988,165.992,165.996,166.0,166.004,166.008,166.012,166.016,166.02,166.024,166.028,166.032,166.036,166.04,166.044,166.048,166.052,166.056,166.06,166.064,166.068,166.072,166.076,166.08,166.084,166.088,166.092,166.096,166.1]');
INSERT INTO "measures" VALUES(1,'lean','deg',4.0,3.9,4.1,0.5,400,20,1.0,'[]','[3.9,3.904,3.908,3.912,3.916,3.92,3.924,3.928,3.932,3.936,3.94,3.944,3.948,3.952,3.956,3.96,3.964,3.968,3.972,3.976,3.98,3.984,3.988,3.992,3.996,4.0,4.004,4.008,4.012,4.016,4.02,4.024,4.028,4.032,4.036,4.04,4.044,4.048,4.052,4.056,4.06,4.064,4.068,4.072,4.076,4.08,4.084,4.088,4.092,4.096,4.1]');
INSERT INTO "measures" VALUES(2,'cadence','spm',166.0,165.9,166.1,0.5,400,20,1.0,'[]','[165.9,165.904,165.908,165.912,165.916,165.92,165.924,165.928,165.932,165.936,165.94,165.944,165.948,165.952,165.956,165.96,165.964,165.968,165.972,165.976,165.98,165.984,165.988,165.992,165.996,166.0,166.004,166.008,166.012,166.016,166.02,166.024,166.028,166.032,166.036,166.04,166.044,166.048,166.052,166.056,166.06,166.064,166.068,166.072,166.076,166.08,166.084,166.088,166.092,166.096,166.1]');
INSERT INTO "measures" VALUES(2,'lean','deg',4.01,3.90999999999999969801e+00,4.10999999999999943156e+00,0.5,400,20,1.0,'[]','[3.9099999999999997,3.9139999999999997,3.9179999999999997,3.9219999999999997,3.9259999999999997,3.9299999999999997,3.9339999999999997,3.9379999999999997,3.9419999999999997,3.9459999999999997,3.9499999999999997,3.9539999999999997,3.9579999999999997,3.9619999999999997,3.9659999999999997,3.9699999999999998,3.9739999999999998,3.9779999999999998,3.9819999999999998,3.9859999999999998,3.9899999999999998,3.9939999999999998,3.9979999999999998,4.002,4.006,4.01,4.013999999999999,4.018,4.021999999999999,4.026,4.029999999999999,4.034,4.037999999999999,4.042,4.045999999999999,4.05,4.053999999999999,4.058,4.061999999999999,4.066,4.069999999999999,4.074,4.077999999999999,4.082,4.085999999999999,4.09,4.093999999999999,4.098,4.101999999999999,4.106,4.109999999999999]');
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
        );
INSERT INTO "runs" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000000','2026-05-01T06:30:00+00:00','recording','2026-11-25T07:56:12+00:00','run 0.csv',300.0,'sternum','trail','','light','0.1.0','test','{"steady":400,"running_s":290.0,"placement":"sternum","standing_s":8.0,"sign_known":true,"six_position":false,"not_trunk":"","clipped_share":0.0}');
INSERT INTO "runs" VALUES(2,'0000000000000000000000000000000000000000000000000000000000000001','2026-05-02T06:30:00+00:00','recording','2026-11-25T07:56:12+00:00','run 1.csv',300.0,'sternum','','','','0.1.0','test','{"steady":400,"running_s":290.0,"placement":"sternum","standing_s":8.0,"sign_known":true,"six_position":false,"not_trunk":"","clipped_share":0.0}');
CREATE TABLE traits (
            run         INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            key         TEXT NOT NULL,
            state       TEXT NOT NULL CHECK (state IN ('seen', 'not_spoken_of', 'could_not_listen')),
            why         TEXT NOT NULL,                      -- JSON: list of reasons
            PRIMARY KEY (run, key)
        ) WITHOUT ROWID
        ;
INSERT INTO "traits" VALUES(1,'lean','seen','[]');
INSERT INTO "traits" VALUES(1,'turn','not_spoken_of','["The lower bound does not clear 4°."]');
INSERT INTO "traits" VALUES(2,'lean','seen','[]');
INSERT INTO "traits" VALUES(2,'turn','not_spoken_of','["The lower bound does not clear 4°."]');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',2);
COMMIT;
