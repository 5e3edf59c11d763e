-- The agent's releases that the SOC handed over; each file lies beside the configuration.

CREATE TABLE releases (
    version  TEXT NOT NULL PRIMARY KEY,
    sha256   TEXT NOT NULL,
    size     BIGINT NOT NULL,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL
);
