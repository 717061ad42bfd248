-- op: calls.hold
-- Legal hold: the recordings of this call are kept whatever their retention says, until it is released. The purpose stands in the audit log.
-- route: POST /api/calls/{id}/hold
-- role: supervisor, director
-- in: id id | purpose text (2..200)
-- out: one {id id}
INSERT INTO call_holds (id, org_id, call_id, purpose, by_id, at)
SELECT new_id(), c.org_id, c.id, :purpose, :actor, :now FROM calls c
 WHERE c.id = :id AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))
ON CONFLICT (call_id) WHERE released_at IS NULL DO NOTHING;
UPDATE call_recordings SET held = 1
 WHERE call_id = :id AND destroyed_at IS NULL AND EXISTS (SELECT 1 FROM call_holds h WHERE h.call_id = :id AND h.released_at IS NULL);
SELECT h.id FROM call_holds h JOIN calls c ON c.id = h.call_id
 WHERE h.call_id = :id AND h.released_at IS NULL AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))
