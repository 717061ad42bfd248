-- op: calls.presence
-- Who was on the line, by person and day: in and out, ready, talking, writing up, paused by reason, pauses that were too long, posts left; who stood on the
-- roster and never signed in (V10). A state that lasts over midnight counts on both days.
-- route: GET /api/duty/presence
-- role: supervisor, director, auditor, admin
-- in: from date | to date | person_id id?
-- out: many {person_id id, person_name text, day date, rostered bool, in_at time?, out_at time?, state text?, signed_in_ms int, ready_ms int, talking_ms int, wrap_ms int, paused_ms int,
--    pauses json, long_pauses int, left_posts int, not_taken int, answered int}
WITH RECURSIVE states AS (
  SELECT l.person_id, l.state, l.reason, l.at, lead(l.at) OVER (PARTITION BY l.person_id ORDER BY l.at, l.id) AS next_at
    FROM line_presence l
   WHERE l.at >= day_ms(:from - 2) AND l.at < day_ms(:to + 1)
     AND l.person_id IN (SELECT q.id FROM people q JOIN actor_orgs a ON a.org_id = q.org_id WHERE a.actor_id = :actor) AND (:person_id IS NULL OR l.person_id = :person_id)
), pieces(person_id, state, reason, at, till, lasting, day, ends) AS (
  SELECT person_id, state, reason, at, coalesce(next_at, :now), CASE WHEN next_at IS NULL THEN 1 ELSE 0 END, local_day(at), day_ms(local_day(at) + 1) FROM states WHERE state <> 'away'
  UNION ALL
  SELECT person_id, state, reason, ends, till, lasting, day + 1, day_ms(day + 2) FROM pieces WHERE till > ends AND day < least2(:to, :from + 62)
), spans AS (
  SELECT person_id, day, state, reason, at, CASE WHEN till < ends THEN till ELSE ends END AS until, CASE WHEN lasting = 1 AND till < ends THEN 1 ELSE 0 END AS lasts
    FROM pieces WHERE day >= :from AND day <= least2(:to, :from + 62)
), sums AS (
  SELECT person_id, day, min(at) AS in_at, max(until) AS until, max(lasts) AS lasts, max(CASE WHEN lasts = 1 THEN state END) AS state,
    CAST(sum(until - at) AS bigint) AS signed_in_ms,
    CAST(sum(CASE WHEN state = 'ready' THEN until - at ELSE 0 END) AS bigint) AS ready_ms,
    CAST(sum(CASE WHEN state = 'talking' THEN until - at ELSE 0 END) AS bigint) AS talking_ms,
    CAST(sum(CASE WHEN state = 'wrap_up' THEN until - at ELSE 0 END) AS bigint) AS wrap_ms,
    CAST(sum(CASE WHEN state = 'paused' THEN until - at ELSE 0 END) AS bigint) AS paused_ms
    FROM spans GROUP BY person_id, day
), reasons AS (
  SELECT r.person_id, r.day, '{' || group_list('"' || r.reason || '":' || r.ms) || '}' AS pauses FROM (
    SELECT person_id, day, coalesce(reason, '') AS reason, CAST(sum(until - at) AS bigint) AS ms FROM spans WHERE state = 'paused' GROUP BY 1, 2, 3) r
   GROUP BY r.person_id, r.day
), keys AS (
  SELECT person_id, day FROM sums
  UNION
  SELECT person_id, day FROM duty_roster
   WHERE duty = 'line' AND day >= :from AND day <= least2(:to, local_day(:now)) AND (:person_id IS NULL OR person_id = :person_id)
     AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
)
SELECT k.person_id, p.display_name AS person_name, k.day,
  CASE WHEN EXISTS (SELECT 1 FROM duty_roster o WHERE o.person_id = k.person_id AND o.day = k.day AND o.duty = 'line') THEN 1 ELSE 0 END AS rostered,
  s.in_at, CASE WHEN s.lasts = 1 THEN NULL ELSE s.until END AS out_at, s.state,
  coalesce(s.signed_in_ms, 0) AS signed_in_ms, coalesce(s.ready_ms, 0) AS ready_ms, coalesce(s.talking_ms, 0) AS talking_ms, coalesce(s.wrap_ms, 0) AS wrap_ms,
  coalesce(s.paused_ms, 0) AS paused_ms, coalesce(r.pauses, '{}') AS pauses,
  (SELECT count(*) FROM line_alarms a WHERE a.person_id = k.person_id AND a.kind = 'pause_limit' AND a.at >= day_ms(k.day) AND a.at < day_ms(k.day + 1)) AS long_pauses,
  (SELECT count(*) FROM line_alarms a WHERE a.person_id = k.person_id AND a.kind = 'left_post' AND a.at >= day_ms(k.day) AND a.at < day_ms(k.day + 1)) AS left_posts,
  (SELECT count(*) FROM line_alarms a WHERE a.person_id = k.person_id AND a.kind = 'unanswered' AND a.at >= day_ms(k.day) AND a.at < day_ms(k.day + 1)) AS not_taken,
  (SELECT count(*) FROM call_events e WHERE e.person_id = k.person_id AND e.kind IN ('answered', 'guest_answered') AND e.at >= day_ms(k.day) AND e.at < day_ms(k.day + 1)) AS answered
  FROM keys k JOIN people p ON p.id = k.person_id
  LEFT JOIN sums s ON s.person_id = k.person_id AND s.day = k.day LEFT JOIN reasons r ON r.person_id = k.person_id AND r.day = k.day
 ORDER BY k.day, p.display_name, k.person_id LIMIT 5000
