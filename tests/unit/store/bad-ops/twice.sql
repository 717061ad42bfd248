-- op: bad.twice
-- A title.
-- route: GET /api/x
-- role: any
-- role: lawyer
-- out: one {id id}
SELECT 1 AS id
