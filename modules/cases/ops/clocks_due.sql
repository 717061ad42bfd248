-- op: case.clocks_due
-- Clocks with something to do now.
-- via: engine
-- in: at time | limit int
SELECT id, case_id FROM case_clocks WHERE next_at IS NOT NULL AND next_at <= :at ORDER BY next_at LIMIT :limit
