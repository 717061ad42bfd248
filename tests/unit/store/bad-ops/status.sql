-- op: bad.status
-- A title.
-- route: GET /api/x
-- role: any
-- status: 404
-- out: one {id id}
SELECT 1 AS id
