-- Which report went where: an account (or `overview`) and a period are sent once to each destination.

-- `state` is sent, failed (to be tried again) or given_up. `place` is where it lies or whom it reached,
-- `why` what the last attempt failed of. `round` counts how often an operator had it sent again.
CREATE TABLE report_sendings (
    account_id  TEXT NOT NULL,
    period      TEXT NOT NULL,
    destination TEXT NOT NULL,
    state       TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    place       TEXT NOT NULL,
    why         TEXT NOT NULL,
    round       BIGINT NOT NULL,
    at          TEXT NOT NULL,
    PRIMARY KEY (account_id, period, destination)
);

-- Who is sending an account's report now: of several servers and operators, one.
CREATE TABLE report_claims (
    account_id   TEXT NOT NULL,
    period       TEXT NOT NULL,
    holder       TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    PRIMARY KEY (account_id, period)
);
