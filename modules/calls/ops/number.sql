-- op: calls.number
-- The sealed number of a call, to call it back.
-- via: engine
-- in: id id
SELECT c.org_id, c.caller FROM calls c
 WHERE c.id = :id AND c.caller IS NOT NULL AND c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   AND (c.operator_id = :actor OR c.operator_id IS NULL OR EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director', 'auditor')))
