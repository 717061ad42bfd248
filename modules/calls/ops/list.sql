-- op: calls.list
-- Calls, newest first: everybody's for who supervises (their organisation's line, or their people's calls), else one's own and those nobody took (V14, V15).
-- route: GET /api/calls
-- role: operator, specialist, lawyer, supervisor, director, auditor, admin
-- in: direction (in|out|callback)? | outcome text? (1..30) | operator_id id? | case_id id? | client_id id? | queue text? (1..40) | from time? | to time? |
--   missed bool? | before id? | limit int = 50 (1..200)
-- out: many {id id, direction text, hotline text, queue text?, lang text, trunk text?, browser bool, caller_hint text?, called text, client_id id?, case_id id?,
--    operator_id id?, operator_name text?, callback_of id?, called_back_by id?, began_at time, queued_at time?, rang_at time?, answered_at time?, ended_at time?, hold_ms int, wrap_ms int, outcome text, end_reason text?,
--    rating int?, refused int, transfers int, disposition text?, recordings int}
SELECT c.id, c.direction, c.hotline, c.queue, c.lang, c.trunk, c.browser, c.caller_hint, c.called, c.client_id, c.case_id,
  c.operator_id, p.display_name AS operator_name, c.callback_of, c.called_back_by, c.began_at, c.queued_at, c.rang_at, c.answered_at, c.ended_at, c.hold_ms, c.wrap_ms, c.outcome, c.end_reason,
  c.rating, c.refused, c.transfers, c.disposition,
  (SELECT count(*) FROM call_recordings g WHERE g.call_id = c.id AND g.destroyed_at IS NULL) AS recordings
  FROM calls c LEFT JOIN people p ON p.id = c.operator_id
 WHERE (c.operator_id = :actor
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR (EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director', 'auditor'))
     AND (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))))
   AND (:direction IS NULL OR c.direction = :direction) AND (:outcome IS NULL OR c.outcome = :outcome)
   AND (:operator_id IS NULL OR c.operator_id = :operator_id) AND (:case_id IS NULL OR c.case_id = :case_id)
   AND (:client_id IS NULL OR c.client_id = :client_id) AND (:queue IS NULL OR c.queue = :queue)
   AND (:from IS NULL OR c.began_at >= :from) AND (:to IS NULL OR c.began_at < :to)
   AND (:missed IS NULL OR :missed = 0 OR (c.direction = 'in' AND c.called_back_by IS NULL
     AND c.outcome IN ('abandoned', 'voicemail', 'callback_asked', 'closed', 'overflow')))
   AND (:before IS NULL OR c.id < :before)
 ORDER BY c.id DESC LIMIT :limit
