-- op: case.event_add
-- A line of the timeline.
-- via: engine
-- in: id id | case_id id | at time | kind text | actor_id id? | action text? | from_state text? | to_state text? |
--   text text? (0..8000) | data json? | version int
INSERT INTO case_events (id, case_id, at, kind, actor_id, action, from_state, to_state, text, data, version)
VALUES (:id, :case_id, :at, :kind, :actor_id, :action, :from_state, :to_state, :text, :data, :version)
