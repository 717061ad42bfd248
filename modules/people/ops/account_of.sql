-- op: account.account_of
-- What changing a person needs to know: only of the caller's organisations.
-- via: engine
-- in: id id
SELECT p.org_id, p.name, p.version, (SELECT group_list(r.role) FROM person_roles r WHERE r.person_id = p.id) AS roles
  FROM people p
 WHERE p.id = :id AND p.id > 1 AND p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
