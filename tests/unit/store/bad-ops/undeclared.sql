-- op: bad.undeclared
-- A title.
-- route: GET /api/x
-- role: any
-- in: limit int
-- out: one {id id}
SELECT :limit AS id LIMIT :limt
