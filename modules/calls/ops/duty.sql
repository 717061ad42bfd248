-- op: calls.duty
-- The duty roster of some days: who is on the line, who collects the messages (V10, V03).
-- route: GET /api/duty
-- role: operator, specialist, lawyer, supervisor, director, auditor, admin
-- in: from date | to date | person_id id? | duty (line|voicemail)?
-- out: many {id id, day date, person_id id, person_name text, duty text, window text?}
SELECT d.id, d.day, d.person_id, p.display_name AS person_name, d.duty, d.hours AS "window"
  FROM duty_roster d JOIN people p ON p.id = d.person_id
 WHERE d.day >= :from AND d.day <= least2(:to, :from + 366)
   AND (d.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
     OR d.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org))
   AND (:person_id IS NULL OR d.person_id = :person_id) AND (:duty IS NULL OR d.duty = :duty)
 ORDER BY d.day, d.duty, d.hours, p.display_name, d.id
