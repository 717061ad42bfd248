-- op: training.exam_open
-- Open an examination. It stays a draft while a rule wants more questions than are ready: `missing` says how many.
-- route: POST /api/training/exams/{id}/open
-- role: supervisor, director
-- in: id id
-- out: one {id id, state text, missing int}
UPDATE exams SET state = 'open'
 WHERE id = :id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   AND EXISTS (SELECT 1 FROM exam_rules r WHERE r.exam_id = exams.id)
   AND NOT EXISTS (SELECT 1 FROM exam_rules r WHERE r.exam_id = exams.id
     AND r.questions > (SELECT count(*) FROM exam_pool p WHERE p.rule_id = r.id));
SELECT e.id, e.state, CAST(coalesce((SELECT sum(greatest2(r.questions - (SELECT count(*) FROM exam_pool p WHERE p.rule_id = r.id), 0))
  FROM exam_rules r WHERE r.exam_id = e.id), 0) AS bigint) AS missing
  FROM exams e WHERE e.id = :id AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
