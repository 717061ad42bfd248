-- op: bad.in_twice
-- A title.
-- route: GET /api/x
-- role: any
-- in: a text | a int
-- out: one {id id}
SELECT :a AS id
