-- op: case.desk_unclaimed
-- Open cases that lie with a role of the caller's until somebody takes them.
-- via: engine
-- in: limit int
SELECT c.id, c.org_id, c.number, c.process, c.definition_id, c.title, c.state, c.ended, c.category, c.client_id,
  c.due_at, c.due_clock, c.clock_state, c.assignee_id, c.assignee_role, c.created_at, c.updated_at, c.version
  FROM cases c
  JOIN person_roles r ON r.role = c.assignee_role AND r.person_id = :actor
 WHERE c.ended = 0 AND c.assignee_role IS NOT NULL AND EXISTS (SELECT 1 FROM actor_orgs ao WHERE ao.actor_id = :actor AND ao.org_id = c.org_id)
 ORDER BY c.id LIMIT :limit
