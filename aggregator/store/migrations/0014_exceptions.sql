-- Controls that need not be fixed in an account, or for one resource of it, until their last day.

-- `resource` is empty where the whole account is meant. `suppressed` is 1 where Security Hub was told too, and
-- has to be told again at the end. An exception that ended stays as history.
CREATE TABLE exceptions (
    id         TEXT NOT NULL PRIMARY KEY,
    control    TEXT NOT NULL,
    account_id TEXT NOT NULL,
    resource   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    last_day   TEXT NOT NULL,
    suppressed BIGINT NOT NULL,
    added_at   TEXT NOT NULL,
    added_by   TEXT NOT NULL,
    warned_at  TEXT,
    ended_at   TEXT
);

CREATE UNIQUE INDEX exceptions_place ON exceptions (control, account_id, resource) WHERE ended_at IS NULL;
CREATE INDEX exceptions_account ON exceptions (account_id);
