-- op: bad.role_name
-- A title.
-- route: GET /api/x
-- role: Lawyer
-- out: one {id id}
SELECT 1 AS id
