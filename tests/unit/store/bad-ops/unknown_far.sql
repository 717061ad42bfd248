-- op: bad.unknown_far
-- A title.
-- route: GET /api/x
-- role: any
-- permission: x
-- out: one {id id}
SELECT 1 AS id
