-- Who is watched, looked at by the clock.

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

-- Since when checks have seen the account associated, and when it was last complete since then.
ALTER TABLE memberships ADD COLUMN associated_since TEXT;
ALTER TABLE memberships ADD COLUMN completed_at TEXT;

-- How often an account's contacts were reminded since it began to wait, and when last.
CREATE TABLE reminders (
    account_id TEXT NOT NULL PRIMARY KEY,
    count      BIGINT NOT NULL,
    last_at    TEXT NOT NULL
);

-- What checks ask of the mirror: the controls that are evidence, and where there is any finding at all.
CREATE INDEX findings_control ON findings (control_id, account_id);
CREATE INDEX findings_place ON findings (account_id, region);
