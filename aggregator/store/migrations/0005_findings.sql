-- The mirror of Security Hub's findings, and how far each source of it has been read.

-- `finding` is the SHA-256 of account, Region, product and id: whatever a member calls its finding, it
-- is never another account's row. `raw` is the whole finding as JSON, gzip, base64.
CREATE TABLE findings (
    finding           TEXT NOT NULL PRIMARY KEY,
    finding_id        TEXT NOT NULL,
    product_arn       TEXT NOT NULL,
    account_id        TEXT NOT NULL,
    region            TEXT NOT NULL,
    kind              TEXT NOT NULL,
    control_id        TEXT NOT NULL,
    finding_type      TEXT NOT NULL,
    title             TEXT NOT NULL,
    resource          TEXT NOT NULL,
    resource_type     TEXT NOT NULL,
    link              TEXT NOT NULL,
    severity          TEXT NOT NULL,
    compliance_status TEXT NOT NULL,
    workflow_status   TEXT NOT NULL,
    record_state      TEXT NOT NULL,
    note              TEXT NOT NULL,
    created_at        TEXT,
    updated_at        TEXT,
    opened_at         TEXT,
    closed_at         TEXT,
    first_seen        TEXT NOT NULL,
    last_seen         TEXT NOT NULL,
    seen_in           TEXT NOT NULL,
    raw               TEXT NOT NULL
);

CREATE INDEX findings_account ON findings (account_id);
CREATE INDEX findings_source ON findings (seen_in, last_seen);

-- A source is a Region that is asked, for itself or for all that are linked to it.
CREATE TABLE sync_state (
    source   TEXT NOT NULL PRIMARY KEY,
    read_to  TEXT NOT NULL,
    swept_at TEXT NOT NULL
);
