-- op: training.question_update
-- Correct a question. It must be reviewed again before it is asked again; papers that were drawn keep what they asked.
-- route: PUT /api/training/questions/{id}
-- role: lawyer, legal_team, partner, editor, supervisor, director
-- in: id id | version int | category text (1..40) | difficulty int (1..3) | stem text (2..2000) | options json? |
--   answer text (1..2000) | explanation text? (0..2000) | source text? (0..200)
-- out: one {id id, version int, state text}
UPDATE training_questions SET category = :category, difficulty = :difficulty, stem = :stem, options = coalesce(:options, '[]'),
  answer = :answer, explanation = :explanation, source = :source, state = 'draft', created_by = :actor, reviewed_by = NULL,
  reviewed_at = NULL, version = version + 1
 WHERE id = :id AND version = :version AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
RETURNING id, version, state
