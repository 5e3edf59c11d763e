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

-- How far the wanted steps are proven, by department, as the last check of all accounts found: the number of account and
-- Region pairs in each state.
CREATE TABLE baseline_coverage (
    department   TEXT NOT NULL,
    step         TEXT NOT NULL,
    proven       BIGINT NOT NULL,
    excepted     BIGINT NOT NULL,
    unproven     BIGINT NOT NULL,
    missing      BIGINT NOT NULL,
    not_member   BIGINT NOT NULL,
    wanted_since TEXT NOT NULL,
    PRIMARY KEY (department, step)
);

-- The controls of the wanted standards, as Security Hub lists them. `new_since` is empty for those that were there when
-- their standard was read first; `retired_at` is set while no wanted standard lists it in any Region.
CREATE TABLE controls (
    control_id TEXT NOT NULL PRIMARY KEY,
    title      TEXT NOT NULL,
    severity   TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    new_since  TEXT,
    retired_at TEXT
);

-- Where a standard has a control. Each standard that was read in a Region has a row in `catalog_readings`, with or
-- without controls.
CREATE TABLE control_regions (
    region     TEXT NOT NULL,
    standard   TEXT NOT NULL,
    control_id TEXT NOT NULL,
    PRIMARY KEY (region, standard, control_id)
);

CREATE TABLE catalog_readings (
    region   TEXT NOT NULL,
    standard TEXT NOT NULL,
    read_at  TEXT NOT NULL,
    PRIMARY KEY (region, standard)
);
