-- op: case.desk_due
-- Open cases of the caller, the oldest clock first; those without a clock at the end, newest first.
-- via: engine
-- in: limit int
SELECT c.id, c.org_id, c.number, c.process, c.definition_id, c.title, c.state, c.ended, c.category, c.client_id,
  c.due_at, c.due_clock, c.clock_state, c.assignee_id, c.assignee_role, c.created_at, c.updated_at, c.version
  FROM cases c
 WHERE c.assignee_id = :actor AND c.ended = 0
 ORDER BY CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at, c.id DESC LIMIT :limit
