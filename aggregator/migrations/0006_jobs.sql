-- What the server does by the clock: one row per job, so that of many servers one does it.

-- `due_at` is the due time that was last taken up; `ended_at` is empty while it is being worked on, and
-- after a failure until it is tried again. Times are whole seconds, so that their texts compare as times.
CREATE TABLE job_runs (
    job          TEXT NOT NULL PRIMARY KEY,
    due_at       TEXT NOT NULL,
    holder       TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    failures     BIGINT NOT NULL,
    started_at   TEXT NOT NULL,
    ended_at     TEXT,
    succeeded_at TEXT,
    duration_ms  BIGINT,
    last_error   TEXT
);
