-- op: calls.presence_add
-- An operator's state changed. When it was writing up, the time goes to the call the operator took last.
-- via: engine
-- in: id id | org_id id | person_id id | at time | state text | reason text?
UPDATE calls SET wrap_ms = wrap_ms + :at - (
   SELECT max(p.at) FROM line_presence p WHERE p.person_id = :person_id AND p.at <= :at)
 WHERE id = (
   SELECT e.call_id FROM call_events e
    WHERE e.person_id = :person_id AND e.kind IN ('answered', 'guest_answered') AND e.at <= :at ORDER BY e.at DESC, e.id DESC LIMIT 1)
  AND 'wrap_up' = (
   SELECT p.state FROM line_presence p WHERE p.person_id = :person_id AND p.at <= :at ORDER BY p.at DESC, p.id DESC LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM line_presence p WHERE p.id = :id);
INSERT INTO line_presence (id, org_id, person_id, at, state, reason) VALUES (:id, :org_id, :person_id, :at, :state, :reason)
ON CONFLICT (id) DO NOTHING
