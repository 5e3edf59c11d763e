-- How alerts came, who was told when, and what goes back to Security Hub.

-- How an alert came: written once, with the alert itself. Times are to the millisecond.
CREATE TABLE alert_arrivals (
    alert_id       TEXT NOT NULL PRIMARY KEY,
    door           TEXT NOT NULL,
    aws_created_at TEXT,
    event_at       TEXT,
    received_at    TEXT NOT NULL,
    stored_at      TEXT NOT NULL
);

CREATE INDEX alert_arrivals_stored ON alert_arrivals (stored_at);

-- Each attempt to deliver a message, as it ended.
CREATE TABLE delivery_attempts (
    delivery_id TEXT NOT NULL,
    attempt     BIGINT NOT NULL,
    at          TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    why         TEXT
);

CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery_id);

-- How often people were told again of an alert that nobody took, and when last.
CREATE TABLE alert_escalations (
    alert_id TEXT NOT NULL PRIMARY KEY,
    level    BIGINT NOT NULL,
    told_at  TEXT NOT NULL
);

-- The workflow status that Security Hub is to have of an alert's findings: the last one counts.
CREATE TABLE write_backs (
    alert_id   TEXT NOT NULL PRIMARY KEY,
    status     TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   BIGINT NOT NULL,
    due_at     TEXT NOT NULL,
    last_error TEXT
);

CREATE INDEX write_backs_due ON write_backs (state, due_at);

-- Events of our own that prove the way: a test that somebody asked for, or the daily canary.
CREATE TABLE trials (
    id          TEXT NOT NULL PRIMARY KEY,
    kind        TEXT NOT NULL,
    actor       TEXT NOT NULL,
    sent_at     TEXT NOT NULL,
    event_at    TEXT,
    door        TEXT,
    received_at TEXT,
    stored_at   TEXT,
    missed_at   TEXT
);

CREATE INDEX trials_sent ON trials (kind, sent_at);
CREATE INDEX refused_messages_received ON refused_messages (received_at);
