-- op: case.task_add
-- Somebody must do something.
-- via: engine
-- in: id id | case_id id | org_id id | kind text | person_id id? | role text? | what json | until text? |
--   created_at time
INSERT INTO case_tasks (
  id, case_id, org_id, kind, person_id, role, what, until, created_at)
VALUES (
  :id, :case_id, :org_id, :kind, :person_id, :role, :what, :until, :created_at)
