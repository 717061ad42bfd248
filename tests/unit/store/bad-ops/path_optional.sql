-- op: bad.path_optional
-- A title.
-- route: GET /api/x/{id}
-- role: any
-- in: id id?
-- out: one {id id}
SELECT :id AS id
