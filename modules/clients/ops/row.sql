-- op: client.row
-- A client of the caller's organisations.
-- via: engine
-- store: clients
-- in: id id
SELECT c.id, c.org_id, c.kind, c.field, c.tier, c.member, c.lang, c.note, c.created_at, c.updated_at, c.version, c.erased_at,
  (SELECT f.value FROM client_fields f WHERE f.client_id = c.id AND f.field = 'name') AS name,
  (SELECT f.hint FROM client_fields f WHERE f.client_id = c.id AND f.field = 'phone') AS phone_hint
  FROM clients c WHERE c.id = :id AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
