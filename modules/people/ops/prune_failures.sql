-- op: lockout.prune_failures
-- Forget what lies long ago.
-- via: engine
-- in: before time
DELETE FROM sign_in_failures WHERE last_at < :before AND locked_until < :now
