-- op: calls.events
-- What happened in a call.
-- via: engine
-- in: call_id id
SELECT e.id, e.at, e.person_id, p.display_name AS person, e.kind, e.data FROM call_events e LEFT JOIN people p ON p.id = e.person_id
 WHERE e.call_id = :call_id ORDER BY e.id
