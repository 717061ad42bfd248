-- op: consent.consents
-- What the client agreed to and took back, newest first.
-- route: GET /api/clients/{id}/consents
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, supervisor, director, admin, archivist, compliance, auditor
-- store: clients
-- in: id id
-- out: many {id id, purpose text, scope text?, given bool, channel text, at time, by_id id}
SELECT s.id, s.purpose, s.scope, s.given, s.channel, s.at, s.by_id FROM consents s JOIN clients c ON c.id = s.client_id
 WHERE s.client_id = :id AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
 ORDER BY s.id DESC LIMIT 200
