-- op: test.entries
-- Entries of all ledgers since an id.
-- via: engine
-- in: after id
SELECT id, ledger, kind, person_id FROM ledger WHERE id > :after ORDER BY id
