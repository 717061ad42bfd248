-- op: client.by_phone
-- Clients found by the blind index of a telephone, their own or a contact's.
-- via: engine
-- store: clients
-- in: blind blob | contact_blind blob | limit int
SELECT c.id, c.org_id, c.kind, c.field, c.tier, c.member, c.lang, c.note, c.created_at, c.updated_at, c.version, c.erased_at,
  (SELECT f.value FROM client_fields f WHERE f.client_id = c.id AND f.field = 'name') AS name,
  (SELECT f.hint FROM client_fields f WHERE f.client_id = c.id AND f.field = 'phone') AS phone_hint, 'phone' AS why
  FROM clients c
 WHERE (c.id IN (SELECT f.client_id FROM client_fields f WHERE f.blind = :blind)
     OR c.id IN (SELECT k.client_id FROM client_contacts k WHERE k.blind = :contact_blind)) AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org) AND c.erased_at IS NULL
 ORDER BY c.id DESC LIMIT :limit
