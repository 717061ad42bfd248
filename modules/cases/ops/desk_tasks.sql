-- op: case.desk_tasks
-- Open tasks of the caller, his own or of a role he holds, and cases that lie with a role of his.
-- via: engine
-- in: limit int
SELECT id, case_id, title, number, what, created_at FROM (
  SELECT t.id, t.case_id, c.title, c.number, t.what, t.created_at
    FROM case_tasks t JOIN cases c ON c.id = t.case_id
   WHERE t.done_at IS NULL AND t.person_id = :actor
  UNION
  SELECT t.id, t.case_id, c.title, c.number, t.what, t.created_at
    FROM case_tasks t JOIN cases c ON c.id = t.case_id
    JOIN person_roles r ON r.role = t.role AND r.person_id = :actor
    JOIN actor_orgs ao ON ao.actor_id = :actor AND ao.org_id = t.org_id
   WHERE t.done_at IS NULL) AS mine
 ORDER BY created_at, id LIMIT :limit
