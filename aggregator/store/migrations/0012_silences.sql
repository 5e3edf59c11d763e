-- When people are not told of a threat, or of many at once; when a channel is left alone.

-- Alerts that nobody wants to hear of for a while. A matcher that is empty matches all; `critical` is 1
-- where critical ones are silenced too. `ended_at` is empty until somebody ends it before its time.
CREATE TABLE silences (
    id          TEXT NOT NULL PRIMARY KEY,
    type        TEXT NOT NULL,
    account_id  TEXT NOT NULL,
    project     TEXT NOT NULL,
    environment TEXT NOT NULL,
    region      TEXT NOT NULL,
    critical    BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    ends_at     TEXT NOT NULL,
    ended_at    TEXT NOT NULL,
    count       BIGINT NOT NULL
);

-- The same type, account and actor in several Regions: one alert. Empty where nobody knows who acts.
ALTER TABLE alerts ADD COLUMN fold TEXT NOT NULL DEFAULT '';
CREATE INDEX alerts_fold ON alerts (fold, state);

-- How often each finding of an alert was seen.
ALTER TABLE alert_findings ADD COLUMN count BIGINT NOT NULL DEFAULT 1;
UPDATE alert_findings SET count = COALESCE(
    (SELECT a.count FROM alerts a WHERE a.id = alert_findings.alert_id), 1);

-- How a message is sent when there are many (`single`, `alert`, `critical`), and the message that stands
-- for it together with others; its own id stays.
ALTER TABLE deliveries ADD COLUMN class TEXT NOT NULL DEFAULT 'single';
ALTER TABLE deliveries ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE INDEX deliveries_waiting ON deliveries (channel, state, digest, position);
CREATE INDEX deliveries_digest ON deliveries (digest, state);
CREATE INDEX deliveries_critical ON deliveries (channel, position)
    WHERE class = 'critical' AND state = 'pending' AND digest = '';

-- Channels that failed lately. `since` is empty while messages are sent all the same.
CREATE TABLE circuits (
    channel  TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    since    TEXT NOT NULL,
    probe_at TEXT NOT NULL,
    why      TEXT NOT NULL
);
