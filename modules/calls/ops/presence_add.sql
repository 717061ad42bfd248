-- op: calls.presence_add
-- An operator's state changed.
-- via: engine
-- in: id id | org_id id | person_id id | at time | state text | reason text?
INSERT INTO line_presence (id, org_id, person_id, at, state, reason) VALUES (:id, :org_id, :person_id, :at, :state, :reason)
ON CONFLICT (id) DO NOTHING
