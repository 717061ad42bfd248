-- op: lockout.failures
-- Failed sign-ins under a key, and until when it is locked.
-- via: engine
-- in: key text
SELECT failures, last_at, locked_until FROM sign_in_failures WHERE key = :key
