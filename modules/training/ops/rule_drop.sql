-- op: training.rule_drop
-- Take a rule out of an examination that isn't open yet.
-- route: DELETE /api/training/exams/{id}/rules/{rule}
-- role: supervisor, director
-- in: id id | rule id
-- out: one {id id}
DELETE FROM exam_rules WHERE id = :rule AND exam_id = :id AND exam_id IN
  (SELECT e.id FROM exams e WHERE e.state = 'draft' AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor))
RETURNING id
