-- A suppression that is taken back is asked for, whatever the control says by then.
DROP INDEX findings_decided;
CREATE INDEX findings_decided ON findings (seen_in, finding_id)
    WHERE record_state = 'ACTIVE' AND workflow_status <> 'NEW'
    AND (compliance_status <> 'PASSED' OR workflow_status = 'SUPPRESSED');
