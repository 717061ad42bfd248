-- op: bad.path_param
-- A title.
-- route: GET /api/x/{id}
-- role: any
-- out: one {id id}
SELECT 1 AS id
