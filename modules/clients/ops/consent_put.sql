-- op: consent.consent_put
-- A consent noted together with what needed it.
-- via: engine
-- store: clients
-- in: id id | client_id id | org_id id | purpose text | scope text? | channel text
INSERT INTO consents (id, client_id, org_id, purpose, scope, given, channel, at, by_id)
VALUES (:id, :client_id, :org_id, :purpose, :scope, 1, :channel, :now, :actor)
