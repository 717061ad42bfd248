-- op: calls.heard_until
-- A call that a crash cut lasted as long as its recording at least.
-- via: engine
-- in: id id | at time
UPDATE calls SET ended_at = :at WHERE id = :id AND end_reason = 'crash' AND ended_at < :at
