-- op: bad.rate
-- A title.
-- route: GET /api/x
-- role: any
-- rate: 10 per minute
-- out: one {id id}
SELECT 1 AS id
