-- op: case.clock_add
-- A clock starts.
-- via: engine
-- in: id id | case_id id | org_id id | name text | status text | calendar text | started_at time | base_at time |
--   length text? | remaining int? | due_at time? | warned int | next_at time? | paused_at time? |
--   stopped_at time? | breached_at time?
INSERT INTO case_clocks (
  id, case_id, org_id, name, status, calendar, started_at, base_at, length, remaining, due_at, warned,
  next_at, paused_at, stopped_at, breached_at)
VALUES (
  :id, :case_id, :org_id, :name, :status, :calendar, :started_at, :base_at, :length, :remaining, :due_at,
  :warned, :next_at, :paused_at, :stopped_at, :breached_at)
