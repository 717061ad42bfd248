-- op: training.typing_open
-- A typing test of this person that runs.
-- via: engine
-- in: id id
SELECT y.started_at, t.body FROM typing_tests y JOIN typing_texts t ON t.id = y.text_id
 WHERE y.id = :id AND y.person_id = :actor AND y.finished_at IS NULL
