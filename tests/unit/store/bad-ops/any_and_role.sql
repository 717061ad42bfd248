-- op: bad.any_and_role
-- A title.
-- route: GET /api/x
-- role: any, lawyer
-- out: one {id id}
SELECT 1 AS id
