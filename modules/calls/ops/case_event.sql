-- op: calls.case_event
-- A call in the timeline of its case, once.
-- via: engine
-- in: id id | case_id id | at time | actor_id id? | data json
INSERT INTO case_events (id, case_id, at, kind, actor_id, data, version)
SELECT :id, k.id, :at, 'call', :actor_id, :data, k.version FROM cases k WHERE k.id = :case_id
ON CONFLICT (id) DO NOTHING
