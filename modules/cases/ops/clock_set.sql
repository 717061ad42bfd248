-- op: case.clock_set
-- A clock changes.
-- via: engine
-- in: id id | status text | base_at time | length text? | remaining int? | due_at time? | warned int |
--   next_at time? | paused_at time? | stopped_at time? | breached_at time?
UPDATE case_clocks SET
  status = :status, base_at = :base_at, length = :length, remaining = :remaining, due_at = :due_at,
  warned = :warned, next_at = :next_at, paused_at = :paused_at, stopped_at = :stopped_at,
  breached_at = :breached_at
 WHERE id = :id
