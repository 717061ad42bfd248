-- op: bad.in_unused
-- A title.
-- route: GET /api/x
-- role: any
-- in: n int
-- out: one {id id}
SELECT 1 AS id
