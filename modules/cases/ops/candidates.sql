-- op: case.candidates
-- Who may be given a case: by role and skill, in the organisation or the nearest one above; least load, then longest without a new one.
-- via: engine
-- in: org_id id | role text | skill text?
SELECT p.id,
  (SELECT count(*) FROM cases c WHERE c.assignee_id = p.id AND c.ended = 0) AS load,
  coalesce((SELECT max(c.id) FROM cases c WHERE c.assignee_id = p.id AND c.ended = 0), 0) AS last_id
 FROM people p JOIN person_roles r ON r.person_id = p.id AND r.role = :role
 WHERE p.active = 1 AND (:skill IS NULL OR p.skills LIKE '%"' || :skill || '"%') AND p.org_id = (
  SELECT t.ancestor_id FROM org_tree t
   WHERE t.org_id = :org_id AND EXISTS (
    SELECT 1 FROM people q JOIN person_roles qr ON qr.person_id = q.id AND qr.role = :role
     WHERE q.org_id = t.ancestor_id AND q.active = 1
       AND (:skill IS NULL OR q.skills LIKE '%"' || :skill || '"%'))
   ORDER BY t.depth LIMIT 1)
 ORDER BY 2, 3, p.id LIMIT 100
