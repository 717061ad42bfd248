-- op: calls.pop_row
-- The call of a pop.
-- via: engine
-- in: id id
SELECT c.id, c.org_id, c.client_id, c.case_id, c.lang, c.queue, c.caller,
  (SELECT k.id FROM cases k WHERE k.client_id = c.client_id AND k.ended = 0 AND k.id <> coalesce(c.case_id, 0) ORDER BY k.id DESC LIMIT 1) AS open_case_id,
  (SELECT count(*) FROM calls e WHERE e.caller_blind = c.caller_blind AND e.id < c.id) AS earlier_calls
  FROM calls c WHERE c.id = :id AND (c.operator_id = :actor
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR (EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director', 'auditor'))
     AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))))
