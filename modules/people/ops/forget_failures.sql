-- op: lockout.forget_failures
-- A right password, or an administrator, ends the count.
-- via: engine
-- in: key text
DELETE FROM sign_in_failures WHERE key = :key
