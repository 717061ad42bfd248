-- op: me.sessions
-- The caller's own open sessions, newest first.
-- route: GET /api/me/sessions
-- role: any
-- out: many {id id, created_at time, seen_at time, expires_at time, ip text?, agent text?, current bool}
SELECT id, created_at, seen_at, expires_at, ip, agent, CASE WHEN id = :actor_session THEN 1 ELSE 0 END AS current
  FROM sessions WHERE person_id = :actor AND ended_at IS NULL AND expires_at > :now ORDER BY id DESC LIMIT 200
