-- op: case.update
-- Write a case back. No row when somebody else changed it meanwhile.
-- via: engine
-- in: id id | version int | title text | state text | ended bool | category text? | client_id id? |
--   assignee_id id? | assignee_role text? | updated_at time | state_at time | due_at time? | due_clock text? |
--   clock_state text? | fields json | sealed json? | n_clocks int | n_tasks int | n_children int |
--   n_citations int | n_attachments int
UPDATE cases SET
  title = :title, state = :state, ended = :ended, category = :category, client_id = :client_id,
  assignee_id = :assignee_id, assignee_role = :assignee_role, updated_at = :updated_at, state_at = :state_at,
  due_at = :due_at, due_clock = :due_clock, clock_state = :clock_state, fields = :fields, sealed = :sealed,
  n_clocks = :n_clocks, n_tasks = :n_tasks, n_children = :n_children, n_citations = :n_citations,
  n_attachments = :n_attachments,
  version = version + 1
 WHERE id = :id AND version = :version
RETURNING version
