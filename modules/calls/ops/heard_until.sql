-- op: calls.heard_until
-- A call that a crash cut lasted as long as its recordings at least.
-- via: engine
-- in: id id
UPDATE calls SET ended_at = (SELECT max(g.began_at + g.length_ms) FROM call_recordings g WHERE g.call_id = :id)
 WHERE id = :id AND end_reason = 'crash' AND ended_at < (SELECT max(g.began_at + g.length_ms) FROM call_recordings g WHERE g.call_id = :id)
