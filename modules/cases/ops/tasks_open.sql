-- op: case.tasks_open
-- Open tasks of a case.
-- via: engine
-- in: case_id id
SELECT id, kind, person_id, role, what, until FROM case_tasks WHERE case_id = :case_id AND done_at IS NULL ORDER BY id
