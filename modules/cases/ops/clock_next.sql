-- op: case.clock_next
-- When the scheduler has something to do next.
-- via: engine
SELECT next_at FROM case_clocks WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1
