-- op: bad.no_out
-- A title.
-- route: GET /api/x
-- role: any
SELECT 1 AS id
