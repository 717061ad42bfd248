-- op: case.events
-- The timeline, oldest first: the last lines of it.
-- via: engine
-- in: case_id id | after_version int | limit int
SELECT * FROM (
  SELECT id, at, kind, actor_id, action, from_state, to_state, text, data FROM case_events
   WHERE case_id = :case_id AND version > :after_version ORDER BY id DESC LIMIT :limit) AS e
 ORDER BY id
