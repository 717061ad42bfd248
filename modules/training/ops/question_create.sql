-- op: training.question_create
-- Write a question. It is asked once somebody else has reviewed it.
-- route: POST /api/training/questions
-- role: lawyer, legal_team, partner, editor, supervisor, director
-- status: 201
-- in: kind (single|multiple|judgement|case) | category text (1..40) | difficulty int = 2 (1..3) | stem text (2..2000) | options json? |
--   answer text (1..2000) | explanation text? (0..2000) | source text? (0..200)
-- out: one {id id}
INSERT INTO training_questions (id, org_id, kind, category, difficulty, stem, options, answer, explanation, source, state, created_by, created_at, version)
VALUES (new_id(), :actor_org, :kind, :category, :difficulty, :stem, coalesce(:options, '[]'), :answer, :explanation, :source, 'draft', :actor, :now, 1)
RETURNING id
