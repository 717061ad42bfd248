-- op: case.list_orgs_open
-- A page of open cases of the caller's organisations.
-- via: engine
-- in: process text? | state text? | assignee id? | category text? | client_id id? |
--   due_before time? | before id? | hidden text | limit int
SELECT c.id, c.org_id, c.number, c.process, c.definition_id, c.title, c.state, c.ended, c.category, c.client_id,
  c.due_at, c.due_clock, c.clock_state, c.assignee_id, c.assignee_role, c.created_at, c.updated_at, c.version
  FROM cases c
 WHERE c.ended = 0 AND c.org_id IN (SELECT ao.org_id FROM actor_orgs ao WHERE ao.actor_id = :actor)
  AND (:assignee IS NULL OR c.assignee_id = :assignee)
  AND (:before IS NULL OR c.id < :before)
  AND (:process IS NULL OR c.process = :process)
  AND (:state IS NULL OR c.state = :state)
  AND (:category IS NULL OR c.category = :category)
  AND (:client_id IS NULL OR c.client_id = :client_id)
  AND (:due_before IS NULL OR c.due_at < :due_before)
  AND (:hidden = '' OR :hidden NOT LIKE '%,' || c.process || ',%' OR c.assignee_id = :actor
    OR c.created_by = :actor OR c.first_asker_id = :actor)
 ORDER BY c.id DESC LIMIT :limit
