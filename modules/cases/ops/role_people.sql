-- op: case.role_people
-- Active people of an organisation, or of the nearest one above it that has some, with a role.
-- via: engine
-- in: org_id id | role text | limit int
SELECT p.id FROM people p JOIN person_roles r ON r.person_id = p.id AND r.role = :role
 WHERE p.active = 1 AND p.org_id = (
  SELECT t.ancestor_id FROM org_tree t
   WHERE t.org_id = :org_id AND EXISTS (
    SELECT 1 FROM people q JOIN person_roles qr ON qr.person_id = q.id AND qr.role = :role
     WHERE q.org_id = t.ancestor_id AND q.active = 1)
   ORDER BY t.depth LIMIT 1)
 ORDER BY p.id LIMIT :limit
