-- op: bad.no_role
-- A title.
-- route: GET /api/x
-- out: one {id id}
SELECT 1 AS id
