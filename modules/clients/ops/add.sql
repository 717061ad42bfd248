-- op: consent.add
-- Note that the client was told a purpose and scope and agreed, or took it back (T03).
-- route: POST /api/clients/{id}/consents
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, supervisor, director, admin
-- status: 201
-- store: clients
-- in: id id | purpose text (1..200) | scope text? (0..400) | given bool = true | channel (phone|written|online|face|sms|mail) = phone
-- out: one {id id, purpose text, scope text?, given bool, channel text, at time}
INSERT INTO consents (id, client_id, org_id, purpose, scope, given, channel, at, by_id)
SELECT new_id(), c.id, c.org_id, :purpose, :scope, :given, :channel, :now, :actor FROM clients c
 WHERE c.id = :id AND c.erased_at IS NULL AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
RETURNING id, purpose, scope, given, channel, at
