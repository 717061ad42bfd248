-- op: training.typing_start
-- A text to type; the time begins now.
-- route: POST /api/training/typing
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- status: 201
-- out: one {id id, body text, started_at time}
INSERT INTO typing_tests (id, org_id, person_id, text_id, started_at)
SELECT new_id(), :actor_org, :actor, t.id, :now FROM typing_texts t
 WHERE t.org_id = 0 OR t.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org)
 ORDER BY random() LIMIT 1;
SELECT y.id, t.body, y.started_at FROM typing_tests y JOIN typing_texts t ON t.id = y.text_id
 WHERE y.person_id = :actor AND y.finished_at IS NULL ORDER BY y.id DESC LIMIT 1
