-- op: test.clock_of
-- Due time of a case's last clock.
-- via: engine
-- in: case_id id
SELECT due_at FROM case_clocks WHERE case_id = :case_id ORDER BY id DESC LIMIT 1
