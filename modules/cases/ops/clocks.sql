-- op: case.clocks
-- Clocks of a case, in the order they started.
-- via: engine
-- in: case_id id
SELECT
  id, name, status, calendar, started_at, base_at, length, remaining, due_at, warned, next_at, paused_at,
  stopped_at, breached_at
 FROM case_clocks WHERE case_id = :case_id ORDER BY id
