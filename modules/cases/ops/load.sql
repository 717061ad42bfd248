-- op: case.load
-- A case as it is stored, and whether its organisation is one of the actor's.
-- via: engine
-- in: id id
SELECT
  c.id, c.org_id, c.number, c.process, c.definition_id, c.title, c.state, c.ended, c.category, c.client_id,
  c.created_by, c.first_asker_id, c.assignee_id, c.assignee_role, c.parent_id, c.parent_link, c.created_at,
  c.updated_at, c.state_at, c.version, c.due_at, c.due_clock, c.clock_state, c.fields, c.sealed, c.n_clocks,
  c.n_tasks, c.n_children, c.n_citations, c.n_attachments,
  EXISTS (SELECT 1 FROM actor_orgs ao WHERE ao.actor_id = :actor AND ao.org_id = c.org_id) AS in_org
 FROM cases c WHERE c.id = :id
