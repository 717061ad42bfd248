-- op: training.start
-- Begin an examination, or go on with the one that was begun: the paper is drawn by its rules, at random.
-- route: POST /api/training/exams/{id}/sittings
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- status: 201
-- in: id id
-- out: one {id id, exam_id id, name text, started_at time, ends_at time, questions int}
INSERT INTO exam_sittings (id, exam_id, org_id, person_id, attempt, started_at, ends_at, state)
SELECT new_id(), e.id, :actor_org, :actor, (SELECT count(*) + 1 FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor), :now,
  CASE WHEN e.closes_at IS NULL THEN :now + e.minutes * 60000 ELSE least2(:now + e.minutes * 60000, e.closes_at) END, 'running'
  FROM exams e
 WHERE e.id = :id AND e.state = 'open' AND e.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org)
   AND (e.opens_at IS NULL OR e.opens_at <= :now) AND (e.closes_at IS NULL OR e.closes_at > :now)
   AND (e.role IS NULL OR EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role = e.role))
   AND (SELECT count(*) FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor) < e.attempts
   AND NOT EXISTS (SELECT 1 FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor AND s.state = 'running');
INSERT INTO exam_answers (id, sitting_id, place, question_id, kind, stem, options, answer, explanation, points)
SELECT new_id(), d.sitting_id, row_number() OVER (ORDER BY d.kind_place, d.shuffle), d.question_id, d.kind, d.stem, d.options, d.answer, d.explanation, d.points
  FROM (SELECT s.id AS sitting_id, q.id AS question_id, q.kind, q.stem, q.options, q.answer, q.explanation, r.points, r.questions, random() AS shuffle,
          CASE q.kind WHEN 'judgement' THEN 1 WHEN 'single' THEN 2 WHEN 'multiple' THEN 3 ELSE 4 END AS kind_place,
          row_number() OVER (PARTITION BY r.id ORDER BY random()) AS n
          FROM exam_sittings s JOIN exam_rules r ON r.exam_id = s.exam_id
          JOIN exam_pool p ON p.rule_id = r.id JOIN training_questions q ON q.id = p.question_id
         WHERE s.exam_id = :id AND s.person_id = :actor AND s.state = 'running'
           AND NOT EXISTS (SELECT 1 FROM exam_answers a WHERE a.sitting_id = s.id)) d
 WHERE d.n <= d.questions;
SELECT s.id, s.exam_id, e.name, s.started_at, s.ends_at, (SELECT count(*) FROM exam_answers a WHERE a.sitting_id = s.id) AS questions
  FROM exam_sittings s JOIN exams e ON e.id = s.exam_id
 WHERE s.exam_id = :id AND s.person_id = :actor AND s.state = 'running'
