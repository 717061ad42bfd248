-- op: case.insert
-- A new case.
-- via: engine
-- in: id id | org_id id | number text | process text | definition_id id | title text | state text | ended bool |
--   category text? | client_id id? | created_by id | first_asker_id id? | assignee_id id? | assignee_role text? |
--   parent_id id? | parent_link text? | created_at time | updated_at time | state_at time | version int |
--   due_at time? | due_clock text? | clock_state text? | fields json | sealed json? | n_clocks int |
--   n_tasks int | n_children int | n_citations int | n_attachments int
INSERT INTO cases (
  id, org_id, number, process, definition_id, title, state, ended, category, client_id, created_by,
  first_asker_id, assignee_id, assignee_role, parent_id, parent_link, created_at, updated_at, state_at,
  version, due_at, due_clock, clock_state, fields, sealed, n_clocks, n_tasks, n_children, n_citations,
  n_attachments)
VALUES (
  :id, :org_id, :number, :process, :definition_id, :title, :state, :ended, :category, :client_id,
  :created_by, :first_asker_id, :assignee_id, :assignee_role, :parent_id, :parent_link, :created_at,
  :updated_at, :state_at, :version, :due_at, :due_clock, :clock_state, :fields, :sealed, :n_clocks, :n_tasks,
  :n_children, :n_citations, :n_attachments)
