-- op: case.due_set
-- What a list shows of a case's clocks.
-- via: engine
-- in: id id | due_at time? | due_clock text? | clock_state text?
UPDATE cases SET due_at = :due_at, due_clock = :due_clock, clock_state = :clock_state WHERE id = :id
