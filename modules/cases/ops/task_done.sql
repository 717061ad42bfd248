-- op: case.task_done
-- A task is closed.
-- via: engine
-- in: id id
UPDATE case_tasks SET done_at = :now, done_by = :actor WHERE id = :id
