-- Threats that a person must see, and the messages that tell them.

-- One row per threat. `facts` is JSON: what helps to act, such as the resource and the console's address.
CREATE TABLE alerts (
    id         TEXT NOT NULL PRIMARY KEY,
    finding_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    region     TEXT NOT NULL,
    type       TEXT NOT NULL,
    severity   TEXT NOT NULL,
    title      TEXT NOT NULL,
    state      TEXT NOT NULL,
    count      BIGINT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    facts      TEXT NOT NULL
);

CREATE INDEX alerts_newest ON alerts (last_seen);

-- Which findings an alert is made of.
CREATE TABLE alert_findings (
    finding_id TEXT NOT NULL PRIMARY KEY,
    alert_id   TEXT NOT NULL
);

CREATE INDEX alert_findings_alert ON alert_findings (alert_id);

-- The outbox: one row per message and channel. A worker that takes one holds it until `leased_until`;
-- the id is the same at every attempt, so that a receiver can tell a repetition.
CREATE TABLE deliveries (
    id           TEXT NOT NULL PRIMARY KEY,
    position     BIGINT NOT NULL,
    channel      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    notice       TEXT NOT NULL,
    state        TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    due_at       TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    last_error   TEXT,
    created_at   TEXT NOT NULL
);

CREATE INDEX deliveries_due ON deliveries (channel, state, position);
CREATE INDEX deliveries_position ON deliveries (position);
CREATE INDEX deliveries_subject ON deliveries (subject);

-- Messages of the queue that nobody understood. They are kept: one of them may have been an alert.
CREATE TABLE refused_messages (
    message_id  TEXT NOT NULL PRIMARY KEY,
    body        TEXT NOT NULL,
    why         TEXT NOT NULL,
    received_at TEXT NOT NULL
);

-- The verdict that was last posted to the channels.
ALTER TABLE memberships ADD COLUMN announced TEXT;
