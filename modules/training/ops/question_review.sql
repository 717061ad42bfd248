-- op: training.question_review
-- Release a question, or retire it. Nobody releases what they wrote themselves, but who runs the hotline.
-- route: POST /api/training/questions/{id}/review
-- role: lawyer, legal_team, partner, supervisor, director
-- in: id id | state (ready|retired)
-- out: one {id id, state text}
UPDATE training_questions SET state = :state, reviewed_by = :actor, reviewed_at = :now, version = version + 1
 WHERE id = :id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   AND (:state = 'retired' OR created_by <> :actor
     OR EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director')))
RETURNING id, state
