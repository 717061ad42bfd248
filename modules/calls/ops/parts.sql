-- op: calls.parts
-- The recordings of a call.
-- via: engine
-- in: call_id id
SELECT id, part, media_type, sha256, began_at, length_ms, lost_ms, after_crash, keep_until, held, destroyed_at
  FROM call_recordings WHERE call_id = :call_id ORDER BY part
