-- op: training.exam_rules
-- How a paper is drawn, and how many questions there are to draw from.
-- route: GET /api/training/exams/{id}/rules
-- role: supervisor, director
-- in: id id
-- out: many {id id, kind text, category text, difficulty int, questions int, points int, available int}
SELECT r.id, r.kind, r.category, r.difficulty, r.questions, r.points,
  (SELECT count(*) FROM exam_pool p WHERE p.rule_id = r.id) AS available
  FROM exam_rules r JOIN exams e ON e.id = r.exam_id
 WHERE r.exam_id = :id AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
 ORDER BY r.id
