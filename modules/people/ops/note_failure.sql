-- op: lockout.note_failure
-- Count a failed sign-in. One long ago is forgotten.
-- via: engine
-- in: key text | forget_before time
INSERT INTO sign_in_failures (key, failures, last_at, locked_until) VALUES (:key, 1, :now, 0)
ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at,
  failures = CASE WHEN sign_in_failures.last_at < :forget_before THEN 1 ELSE sign_in_failures.failures + 1 END
RETURNING failures
