-- op: bad.unknown
-- A title.
-- rout: GET /api/x
-- role: any
-- out: one {id id}
SELECT 1 AS id
