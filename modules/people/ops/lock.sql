-- op: lockout.lock
-- Lock a key for a while.
-- via: engine
-- in: key text | until time
UPDATE sign_in_failures SET locked_until = :until WHERE key = :key
