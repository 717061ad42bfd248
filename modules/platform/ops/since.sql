-- op: feed.since
-- Live events behind an id, oldest first.
-- via: engine
-- in: after id | limit int
SELECT id, at, org_id, person_id, role, case_id, kind, data FROM feed WHERE id > :after ORDER BY id LIMIT :limit
