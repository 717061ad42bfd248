-- op: case.org_name
-- Name of an organisation.
-- via: engine
-- in: id id
SELECT name FROM orgs WHERE id = :id
