-- Requests, what their tickets are still to be answered, and which issues Jira woke us for.

CREATE TABLE requests (
    id            TEXT NOT NULL PRIMARY KEY,
    position      BIGINT NOT NULL,
    origin        TEXT NOT NULL,
    asked         TEXT NOT NULL,
    reporter      TEXT NOT NULL,
    language      TEXT NOT NULL,
    revision      BIGINT NOT NULL,
    version       TEXT,
    state         TEXT NOT NULL,
    facts         TEXT NOT NULL,
    contacts_told TEXT,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    due_at        TEXT NOT NULL,
    leased_until  TEXT NOT NULL
);

CREATE INDEX requests_state ON requests (state, due_at);

-- At least once, in order: the next answer of a ticket waits for the one before it.
CREATE TABLE request_answers (
    request_id   TEXT NOT NULL,
    position     BIGINT NOT NULL,
    answer       TEXT NOT NULL,
    state        TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    due_at       TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    last_error   TEXT,
    created_at   TEXT NOT NULL,
    PRIMARY KEY (request_id, position)
);

-- A webhook only wakes: what the issue says is read from Jira.
CREATE TABLE request_wakes (
    issue_key    TEXT NOT NULL PRIMARY KEY,
    woken_at     TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    due_at       TEXT NOT NULL,
    leased_until TEXT NOT NULL
);

-- Until when Jira has been asked for what was missed.
CREATE TABLE request_polls (
    project   TEXT NOT NULL PRIMARY KEY,
    polled_at TEXT NOT NULL
);
