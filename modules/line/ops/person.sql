-- op: line.person
-- Who signs in to the line, or answers on it.
-- via: engine
-- in: id id
SELECT p.display_name, p.org_id, p.skills, p.name, (SELECT group_list(r.role) FROM person_roles r WHERE r.person_id = p.id) AS roles
  FROM people p WHERE p.id = :id
