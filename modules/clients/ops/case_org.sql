-- op: case.case_org
-- The organisation of a case the caller may see.
-- via: engine
-- in: case_id id
SELECT org_id FROM cases WHERE id = :case_id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
