-- op: role.holders
-- How many people of the caller's organisations have a role.
-- via: engine
-- in: name text
SELECT count(*) FROM person_roles r JOIN people p ON p.id = r.person_id
 WHERE r.role = :name AND p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
