-- op: training.answer
-- Keep an answer while the paper is being written: called as it is typed, so nothing is lost with the browser. Five seconds
-- after the end it is too late.
-- route: PUT /api/training/sittings/{id}/answers/{answer}
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- rate: 600/min actor
-- in: id id | answer id | given text (0..4000)
-- out: one {id id, given_at time}
UPDATE exam_answers SET given = :given, given_at = :now
 WHERE id = :answer AND sitting_id = :id AND EXISTS (SELECT 1 FROM exam_sittings s
   WHERE s.id = :id AND s.person_id = :actor AND s.state = 'running' AND :now <= s.ends_at + 5000)
RETURNING id, given_at
