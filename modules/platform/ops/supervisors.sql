-- op: outbox.supervisors
-- Who is told when a message was given up.
-- via: engine
-- in: org_id id | limit int
SELECT p.id FROM people p JOIN person_roles r ON r.person_id = p.id AND r.role = 'supervisor'
 WHERE p.org_id = :org_id AND p.active = 1 ORDER BY p.id LIMIT :limit
