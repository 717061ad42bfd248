-- op: calls.row
-- A call that the caller of the operation may see.
-- via: engine
-- in: id id
SELECT c.id, c.direction, c.hotline, c.queue, c.lang, c.trunk, c.browser, c.caller_hint, c.called, c.client_id, c.case_id,
  c.operator_id, p.display_name AS operator_name, c.callback_of, c.called_back_by, c.began_at, c.queued_at, c.rang_at, c.answered_at, c.ended_at, c.hold_ms, c.wrap_ms, c.outcome, c.end_reason,
  c.rating, c.refused, c.transfers, c.disposition,
  (SELECT count(*) FROM call_recordings g WHERE g.call_id = c.id AND g.destroyed_at IS NULL) AS recordings
  FROM calls c LEFT JOIN people p ON p.id = c.operator_id
 WHERE c.id = :id AND (c.operator_id = :actor
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR (EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director', 'auditor'))
     AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))))
