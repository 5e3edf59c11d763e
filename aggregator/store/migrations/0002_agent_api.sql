-- What agents prove and report.

-- Values that the server makes for itself, such as the key under which it seals challenges.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- A challenge is worth nothing once it is here; rows may go when they have expired anyway.
CREATE TABLE spent_challenges (
    challenge  TEXT NOT NULL PRIMARY KEY,
    expires_at TEXT NOT NULL
);

CREATE INDEX spent_challenges_expiry ON spent_challenges (expires_at);

-- One row per run of an agent, as its newest heartbeat left it.
CREATE TABLE runs (
    account_id     TEXT NOT NULL,
    run            TEXT NOT NULL,
    agent_version  TEXT NOT NULL,
    caller         TEXT NOT NULL,
    sequence       BIGINT NOT NULL,
    complete       BIGINT NOT NULL,
    started_at     TEXT NOT NULL,
    last_heartbeat TEXT NOT NULL,
    PRIMARY KEY (account_id, run)
);
