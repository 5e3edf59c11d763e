-- Who may look and who may act, what people did with alerts, and how the figures went.

-- What `hubward token add` gave away: of the secret, only its SHA-256 is here.
CREATE TABLE access_tokens (
    name       TEXT NOT NULL PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    hash       TEXT NOT NULL,
    role       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL
);

-- Who is logged in to the dashboard. `session` is the SHA-256 of the cookie. A session that a token
-- opened names it, and is worth nothing without it.
CREATE TABLE sessions (
    session    TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    token      TEXT,
    started_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL
);

CREATE INDEX sessions_token ON sessions (token);

-- What a person last said of an alert. Apart from the alert, so that no repetition of the threat can
-- write over it.
CREATE TABLE alert_handling (
    alert_id   TEXT NOT NULL PRIMARY KEY,
    assignee   TEXT NOT NULL,
    note       TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL
);

-- How many places had each verdict, as the last check of each day left it.
CREATE TABLE trend (
    day     TEXT NOT NULL,
    verdict TEXT NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (day, verdict)
);

CREATE INDEX memberships_verdict ON memberships (verdict, account_id);
CREATE INDEX memberships_place ON memberships (region, verdict);
CREATE INDEX memberships_worst ON memberships (account_id, verdict);
CREATE INDEX memberships_seen ON memberships (seen_at);
CREATE INDEX alerts_state ON alerts (state, last_seen);
CREATE INDEX alerts_account ON alerts (account_id, last_seen);
CREATE INDEX deliveries_state ON deliveries (state, position);
CREATE INDEX runs_newest ON runs (last_heartbeat);
