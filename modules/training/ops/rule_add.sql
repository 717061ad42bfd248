-- op: training.rule_add
-- Draw so many questions of a kind; the same kind, category and difficulty again replaces the rule.
-- route: POST /api/training/exams/{id}/rules
-- role: supervisor, director
-- status: 201
-- in: id id | kind (single|multiple|judgement|case) | category text = "" (0..40) | difficulty int = 0 (0..3) | questions int (1..200) | points int (1..100)
-- out: one {id id}
INSERT INTO exam_rules (id, exam_id, kind, category, difficulty, questions, points)
SELECT new_id(), e.id, :kind, :category, :difficulty, :questions, :points FROM exams e
 WHERE e.id = :id AND e.state = 'draft' AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
ON CONFLICT (exam_id, kind, category, difficulty) DO UPDATE SET questions = excluded.questions, points = excluded.points
RETURNING id
