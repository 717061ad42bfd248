-- op: calls.release
-- End a legal hold: the retention of the recordings counts again.
-- route: POST /api/calls/{id}/release
-- role: supervisor, director
-- in: id id | purpose text (2..200)
-- out: one {id id}
UPDATE call_recordings SET held = 0
 WHERE call_id = :id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor);
UPDATE call_holds SET released_at = :now, released_by = :actor, released_purpose = :purpose
 WHERE call_id = :id AND released_at IS NULL AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
RETURNING id
