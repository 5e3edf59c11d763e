-- What AWS's findings prove, how far they were read, and what a check remembers of each step that it wants proven.

-- The newest active finding of each kind: any_control, config, guardduty, or standard:SUFFIX. `passed` and
-- `suppressed` are 0 or 1. Times are whole seconds, so that their texts compare as times.
CREATE TABLE sightings (
    account_id  TEXT NOT NULL,
    region      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    passed      BIGINT NOT NULL,
    at          TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    description TEXT NOT NULL,
    suppressed  BIGINT NOT NULL,
    PRIMARY KEY (account_id, region, kind)
);

-- Up to when everything that proves something in a Region was read.
CREATE TABLE evidence_readings (
    region  TEXT NOT NULL PRIMARY KEY,
    read_to TEXT NOT NULL
);

-- A wanted step: config, guardduty, or standard:SUFFIX.
CREATE TABLE step_history (
    account_id   TEXT NOT NULL,
    region       TEXT NOT NULL,
    step         TEXT NOT NULL,
    wanted_since TEXT NOT NULL,
    proven_at    TEXT,
    PRIMARY KEY (account_id, region, step)
);
