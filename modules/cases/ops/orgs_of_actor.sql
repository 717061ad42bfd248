-- op: case.orgs_of_actor
-- The caller's organisations; two are enough to know that there are several.
-- via: engine
SELECT org_id FROM actor_orgs WHERE actor_id = :actor LIMIT 2
