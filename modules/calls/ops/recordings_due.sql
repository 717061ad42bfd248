-- op: calls.recordings_due
-- Recordings whose retention has ended.
-- via: engine
-- in: after id | limit int
SELECT id FROM call_recordings WHERE destroyed_at IS NULL AND held = 0 AND keep_until <= :now AND id > :after ORDER BY id LIMIT :limit
