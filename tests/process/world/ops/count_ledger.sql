-- op: test.count_ledger
-- Entries of a ledger.
-- via: engine
-- in: ledger text
SELECT count(*) FROM ledger WHERE ledger = :ledger
