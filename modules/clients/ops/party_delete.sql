-- op: case.party_delete
-- Take a party from a case of the caller's organisations.
-- via: engine
-- in: id id | case_id id
DELETE FROM case_parties WHERE id = :id AND case_id = :case_id
  AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
