-- The ledger, what was last seen of its members, and the trace of every change.
-- TEXT and BIGINT only: one text serves SQLite and PostgreSQL. Times are RFC 3339, UTC. Lists are JSON.

CREATE TABLE accounts (
    account_id     TEXT NOT NULL PRIMARY KEY,
    project        TEXT NOT NULL,
    department     TEXT NOT NULL,
    environment    TEXT NOT NULL,
    contact        TEXT NOT NULL,
    contact_emails TEXT NOT NULL,
    account_email  TEXT,
    language       TEXT NOT NULL,
    regions        TEXT NOT NULL,
    standards      TEXT NOT NULL,
    report         TEXT NOT NULL,
    state          TEXT NOT NULL,
    request        TEXT NOT NULL,
    notes          TEXT NOT NULL,
    extra          TEXT NOT NULL
);

-- What the administrator's listing last said of an account in a Region, and our verdict on it.
CREATE TABLE memberships (
    account_id TEXT NOT NULL,
    region     TEXT NOT NULL,
    status     TEXT,
    verdict    TEXT NOT NULL,
    since      TEXT NOT NULL,
    seen_at    TEXT NOT NULL,
    PRIMARY KEY (account_id, region)
);

-- What an account's agent last reported of a Region. Advisory: the listing is the truth.
CREATE TABLE run_reports (
    account_id  TEXT NOT NULL,
    region      TEXT NOT NULL,
    steps       TEXT NOT NULL,
    reported_at TEXT NOT NULL,
    reported_by TEXT NOT NULL,
    PRIMARY KEY (account_id, region)
);

-- Append-only; each hash covers the row and the hash before it.
CREATE TABLE audit_events (
    sequence BIGINT NOT NULL PRIMARY KEY,
    at       TEXT NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    hash     TEXT NOT NULL
);

CREATE INDEX audit_events_subject ON audit_events (subject, sequence);
