-- op: calls.recording_row
-- A recording of a call that was one's own, or for who supervises.
-- via: engine
-- in: call_id id | part int
SELECT g.id, g.org_id, g.blob_id, g.media_type, g.destroyed_at FROM call_recordings g JOIN calls c ON c.id = g.call_id
 WHERE g.call_id = :call_id AND g.part = :part AND (c.operator_id = :actor
   OR (EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director', 'auditor'))
     AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor)
       OR EXISTS (SELECT 1 FROM cases k JOIN actor_orgs a ON a.org_id = k.org_id WHERE k.id = c.case_id AND a.actor_id = :actor)))
   OR (c.outcome = 'voicemail' AND EXISTS (SELECT 1 FROM cases k WHERE k.id = c.case_id AND k.assignee_id = :actor)))
