-- op: calls.number
-- The sealed number of a call, to call it back.
-- via: engine
-- in: id id
SELECT c.org_id, c.caller FROM calls c
 WHERE c.id = :id AND c.caller IS NOT NULL AND (c.operator_id = :actor
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR (EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director', 'auditor'))
     AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))))
