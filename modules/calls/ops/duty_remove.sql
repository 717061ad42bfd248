-- op: calls.duty_remove
-- Take somebody off the roster.
-- route: DELETE /api/duty/{id}
-- role: supervisor, admin
-- in: id id
-- out: one {id id}
DELETE FROM duty_roster WHERE id = :id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
RETURNING id
