-- op: calls.duty_add
-- Put somebody on the roster of a day; the same entry twice is one.
-- route: POST /api/duty
-- role: supervisor, admin
-- status: 201
-- in: day date | person_id id | duty (line|voicemail) = line | window text? (1..40)
-- out: one {id id}
INSERT INTO duty_roster (id, org_id, day, person_id, duty, hours, created_by, created_at)
SELECT new_id(), p.org_id, :day, p.id, :duty, :window, :actor, :now FROM people p
 WHERE p.id = :person_id AND p.active = 1 AND p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
ON CONFLICT (day, person_id, duty, coalesce(hours, '')) DO UPDATE SET duty = excluded.duty
RETURNING id
