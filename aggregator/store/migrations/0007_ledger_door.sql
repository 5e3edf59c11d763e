-- The ledger's object in S3, and the limits of AWS that operators were told of.

-- What was last taken in from an object, so that nothing is taken in twice. `version` is S3's id of it, where
-- the bucket keeps versions.
CREATE TABLE ledger_files (
    bucket     TEXT NOT NULL,
    object_key TEXT NOT NULL,
    etag       TEXT NOT NULL,
    version    TEXT,
    sha256     TEXT NOT NULL,
    taken_at   TEXT NOT NULL,
    PRIMARY KEY (bucket, object_key)
);

-- How near a limit was when operators were last told of it.
CREATE TABLE told_quotas (
    region TEXT NOT NULL,
    quota  TEXT NOT NULL,
    level  BIGINT NOT NULL,
    PRIMARY KEY (region, quota)
);
