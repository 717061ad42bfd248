-- op: client.page
-- Clients, newest first.
-- via: engine
-- store: clients
-- in: kind text? | tier text? | before id? | limit int
SELECT c.id, c.org_id, c.kind, c.field, c.tier, c.member, c.lang, c.note, c.created_at, c.updated_at, c.version, c.erased_at,
  (SELECT f.value FROM client_fields f WHERE f.client_id = c.id AND f.field = 'name') AS name,
  (SELECT f.hint FROM client_fields f WHERE f.client_id = c.id AND f.field = 'phone') AS phone_hint, NULL AS why
  FROM clients c WHERE c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org) AND c.erased_at IS NULL AND (:before IS NULL OR c.id < :before)
   AND (:kind IS NULL OR c.kind = :kind) AND (:tier IS NULL OR c.tier = :tier)
 ORDER BY c.id DESC LIMIT :limit
