-- op: bad.out
-- A title.
-- route: GET /api/x
-- role: any
-- out: some {id id}
SELECT 1 AS id
