-- op: calls.release
-- End a legal hold: the retention of the recordings counts again.
-- route: POST /api/calls/{id}/release
-- role: supervisor, director
-- in: id id | purpose text (2..200)
-- out: one {id id}
UPDATE call_recordings SET held = 0
 WHERE call_id = :id AND EXISTS (SELECT 1 FROM calls c WHERE c.id = :id AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor)));
UPDATE call_holds SET released_at = :now, released_by = :actor, released_purpose = :purpose
 WHERE call_id = :id AND released_at IS NULL AND EXISTS (SELECT 1 FROM calls c WHERE c.id = :id AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor)))
RETURNING id
