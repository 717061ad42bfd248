-- op: bad.in_type_far
-- A title.
-- route: GET /api/x
-- role: any
-- in: name varchar
-- out: one {id id}
SELECT :name AS id
