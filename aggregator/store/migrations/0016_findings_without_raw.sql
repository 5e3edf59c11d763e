-- Nothing reads a finding's whole JSON: Security Hub has it, and `digest` still says whether any of it changed.
ALTER TABLE findings DROP COLUMN raw;
