-- op: case.person_fits
-- May this person be given something of an organisation: active, and of it or of one above?
-- via: engine
-- in: id id | org_id id
SELECT 1 FROM people p JOIN org_tree t ON t.ancestor_id = p.org_id AND t.org_id = :org_id
 WHERE p.id = :id AND p.active = 1
