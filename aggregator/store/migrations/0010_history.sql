-- How the findings stood day by day, which outlives the findings themselves; and a mirror of a million of them.

-- A count holds from `from_day` until before `until_day`; 9999-12-31 while it still does. So a day costs what
-- changed on it. `standard` is empty for what a resource is to a control whatever the standards; a finding that
-- several standards share counts once there, and once in each of them.
CREATE TABLE history (
    account_id TEXT NOT NULL,
    control_id TEXT NOT NULL,
    standard   TEXT NOT NULL,
    region     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    severity   TEXT NOT NULL,
    status     TEXT NOT NULL,
    from_day   TEXT NOT NULL,
    until_day  TEXT NOT NULL,
    count      BIGINT NOT NULL,
    PRIMARY KEY (account_id, control_id, standard, region, kind, severity, status, from_day)
);

-- What was touched and is still to be counted anew.
CREATE TABLE history_due (
    account_id TEXT NOT NULL,
    control_id TEXT NOT NULL,
    PRIMARY KEY (account_id, control_id)
);

-- The standards that a finding counts for, a JSON list; and the SHA-256 of the whole JSON, by which a finding is
-- known to be as it was. Rows from before have neither, and everything is read anew.
ALTER TABLE findings ADD COLUMN standards TEXT NOT NULL DEFAULT '[]';
ALTER TABLE findings ADD COLUMN digest TEXT NOT NULL DEFAULT '';
DELETE FROM sync_state;

-- The parts of a full reading that has not ended: cut off, it goes on with the others.
CREATE TABLE swept_parts (
    source   TEXT NOT NULL,
    part     TEXT NOT NULL,
    began_at TEXT NOT NULL,
    PRIMARY KEY (source, part)
);

-- Of a million rows each index costs something at every write: one for the places, and the others only for
-- the rows that are asked for.
DROP INDEX findings_account;
DROP INDEX findings_place;
DROP INDEX findings_source;
CREATE INDEX findings_place ON findings (account_id, region, seen_in);
CREATE INDEX findings_source ON findings (seen_in, last_seen) WHERE record_state <> 'ARCHIVED';
CREATE INDEX findings_gone ON findings (last_seen) WHERE record_state = 'ARCHIVED';
CREATE INDEX findings_decided ON findings (seen_in, finding_id)
    WHERE record_state = 'ACTIVE' AND workflow_status <> 'NEW' AND compliance_status <> 'PASSED';
