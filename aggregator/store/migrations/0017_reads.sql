-- What pages and the API show is found without reading everything.

-- What a search looks into: an account's id, project, department and contact, in the form in which they are compared.
-- The program writes it, because the engines do not fold alike; it is NULL only until the program has done so.
ALTER TABLE accounts ADD COLUMN search_key TEXT;

CREATE INDEX accounts_unfolded ON accounts (account_id) WHERE search_key IS NULL;

-- The group that the worst Region of each account is in: 0 drifted, 1 unclear, 2 waiting, 3 complete, and 4 where it is
-- watched in none. Written together with `memberships`.
CREATE TABLE account_verdicts (
    account_id TEXT NOT NULL PRIMARY KEY,
    worst      BIGINT NOT NULL
);

INSERT INTO account_verdicts (account_id, worst)
SELECT account_id, MIN(CASE
    WHEN verdict = 'complete' THEN 3
    WHEN verdict IN ('incomplete', 'invited', 'not_invited') THEN 2
    WHEN verdict IN ('drifted', 'resigned', 'removed', 'suspended', 'not_in_ledger') THEN 0
    WHEN verdict = 'not_wanted' THEN 4
    ELSE 1 END)
FROM memberships GROUP BY account_id;

CREATE INDEX account_verdicts_worst ON account_verdicts (worst);
CREATE INDEX memberships_watched ON memberships (account_id, region) WHERE verdict <> 'not_wanted';
CREATE INDEX memberships_longest ON memberships (verdict, since, account_id, region);
CREATE INDEX requests_newest ON requests (position);
CREATE INDEX requests_newest_in_state ON requests (state, position);
CREATE INDEX audit_events_action ON audit_events (action, sequence);
