-- op: account.set_locked
-- Show until when an account is locked.
-- via: engine
-- in: id id | until time
UPDATE people SET locked_until = :until WHERE id = :id
