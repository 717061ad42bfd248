-- op: calls.allowance
-- Days on duty by person, for the duty allowance: rostered, really signed in, missed; calls taken (T07).
-- route: GET /api/duty/allowance
-- role: supervisor, director, auditor, admin
-- in: from date | to date
-- out: many {person_id id, person_name text, org_name text, days_rostered int, days_on_duty int, days_missed int, answered int}
WITH rostered AS (
  SELECT DISTINCT person_id, day FROM duty_roster
   WHERE duty = 'line' AND day >= :from AND day <= least2(least2(:to, :from + 366), local_day(:now)) AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
), present AS (
  SELECT DISTINCT person_id, local_day(at) AS day FROM line_presence
   WHERE state <> 'away' AND at >= day_ms(:from) AND at < day_ms(least2(:to, :from + 366) + 1)
     AND person_id IN (SELECT q.id FROM people q JOIN actor_orgs a ON a.org_id = q.org_id WHERE a.actor_id = :actor)
), people_days AS (
  SELECT person_id, day FROM rostered UNION SELECT person_id, day FROM present
)
SELECT d.person_id, p.display_name AS person_name, o.name AS org_name,
  count(r.day) AS days_rostered, count(s.day) AS days_on_duty, CAST(sum(CASE WHEN s.day IS NULL THEN 1 ELSE 0 END) AS bigint) AS days_missed,
  (SELECT count(*) FROM call_events e WHERE e.person_id = d.person_id AND e.kind IN ('answered', 'guest_answered')
    AND e.at >= day_ms(:from) AND e.at < day_ms(least2(:to, :from + 366) + 1)) AS answered
  FROM people_days d JOIN people p ON p.id = d.person_id JOIN orgs o ON o.id = p.org_id
  LEFT JOIN rostered r ON r.person_id = d.person_id AND r.day = d.day
  LEFT JOIN present s ON s.person_id = d.person_id AND s.day = d.day
 GROUP BY d.person_id, p.display_name, o.name ORDER BY p.display_name, d.person_id
