-- op: template.withdraw
-- Take an uploaded template out of the library; its documents and versions stay.
-- route: DELETE /api/templates/{id}
-- role: lawyer, legal_team, partner, supervisor, director
-- in: id id
-- out: one {name text}
-- status: 200
UPDATE templates SET withdrawn_at = :now
 WHERE withdrawn_at IS NULL AND org_id = :actor_org AND version_id = :id
RETURNING name
