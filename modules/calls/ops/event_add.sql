-- op: calls.event_add
-- A line of a call's history.
-- via: engine
-- in: id id | call_id id | at time | person_id id? | kind text | data text?
INSERT INTO call_events (id, call_id, at, person_id, kind, data) VALUES (:id, :call_id, :at, :person_id, :kind, :data)
ON CONFLICT (id) DO NOTHING
