-- op: calls.recordings
-- Recordings by their retention: due soon (those that will be destroyed, the soonest listed here before), under a legal hold, destroyed (T08).
-- route: GET /api/recordings
-- role: supervisor, director, auditor, archivist, admin
-- in: state (due|held|destroyed) = due | days int = 30 (0..3660) | after id? | limit int = 50 (1..200)
-- out: many {id id, call_id id, part int, hotline text, caller_hint text?, operator_name text?, case_number text?, began_at time, length_ms int, sha256 text, keep_until time, held bool,
--    hold_purpose text?, hold_by text?, hold_at time?, destroyed_at time?}
SELECT g.id, g.call_id, g.part, c.hotline, c.caller_hint, p.display_name AS operator_name, k.number AS case_number, g.began_at, g.length_ms, g.sha256, g.keep_until, g.held,
  h.purpose AS hold_purpose, b.display_name AS hold_by, h.at AS hold_at, g.destroyed_at
  FROM call_recordings g JOIN calls c ON c.id = g.call_id LEFT JOIN people p ON p.id = c.operator_id LEFT JOIN cases k ON k.id = c.case_id
  LEFT JOIN call_holds h ON h.call_id = g.call_id AND h.released_at IS NULL LEFT JOIN people b ON b.id = h.by_id
 WHERE (c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   OR (c.operator_id IS NULL AND c.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = c.operator_id AND a.actor_id = :actor))
   AND ((:state = 'due' AND g.destroyed_at IS NULL AND g.held = 0 AND g.keep_until <= :now + :days * 86400000)
     OR (:state = 'held' AND g.destroyed_at IS NULL AND g.held = 1) OR (:state = 'destroyed' AND g.destroyed_at IS NOT NULL))
   AND (:after IS NULL OR g.id > :after)
 ORDER BY g.id LIMIT :limit
