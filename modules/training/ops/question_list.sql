-- op: training.question_list
-- The question bank: questions of the caller's organisation, those above and below, newest first.
-- route: GET /api/training/questions
-- role: lawyer, legal_team, partner, editor, supervisor, director
-- in: q text? (1..80) | kind (single|multiple|judgement|case)? | category text? (1..40) | state (draft|ready|retired)? | before id? | limit int = 50 (1..200)
-- out: many {id id, kind text, category text, difficulty int, stem text, options json, answer text, explanation text?, source text?, state text,
--    created_by id, author text?, reviewed_by id?, reviewed_at time?, version int, asked int, correct int}
SELECT q.id, q.kind, q.category, q.difficulty, q.stem, q.options, q.answer, q.explanation, q.source, q.state,
  q.created_by, p.display_name AS author, q.reviewed_by, q.reviewed_at, q.version,
  (SELECT count(*) FROM exam_answers a WHERE a.question_id = q.id AND a.got IS NOT NULL) AS asked,
  (SELECT count(*) FROM exam_answers a WHERE a.question_id = q.id AND a.got = a.points) AS correct
  FROM training_questions q LEFT JOIN people p ON p.id = q.created_by
 WHERE (q.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
     OR q.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org))
   AND (:q IS NULL OR q.stem LIKE '%' || :q || '%') AND (:kind IS NULL OR q.kind = :kind)
   AND (:category IS NULL OR q.category = :category) AND (:state IS NULL OR q.state = :state)
   AND (:before IS NULL OR q.id < :before)
 ORDER BY q.id DESC LIMIT :limit
