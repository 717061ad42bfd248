-- op: training.typing_keep
-- Keep the result of a typing test: right characters a minute. CZ asks for 60 of customer service; nine in ten must be right.
-- via: engine
-- in: id id | typed int | correct int
UPDATE typing_tests SET finished_at = :now, typed = :typed, correct = :correct,
  per_minute = :correct * 60000 / greatest2(:now - started_at, 1000),
  passed = CASE WHEN :correct * 60000 / greatest2(:now - started_at, 1000) >= 60 AND :correct * 10 >= :typed * 9 THEN 1 ELSE 0 END
 WHERE id = :id AND person_id = :actor AND finished_at IS NULL
RETURNING id, typed, correct, (:now - started_at) / 1000 AS seconds, per_minute, passed
