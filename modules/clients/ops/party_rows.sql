-- op: case.party_rows
-- Parties of a case with their sealed names.
-- via: engine
-- in: case_id id
SELECT p.id, p.role, p.name, p.client_id, p.created_at, p.org_id FROM case_parties p
 WHERE p.case_id = :case_id AND p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor) ORDER BY p.id
