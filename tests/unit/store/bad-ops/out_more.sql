-- op: bad.out_more
-- A title.
-- route: GET /api/x
-- role: any
-- out: one {id id} twice
SELECT 1 AS id
