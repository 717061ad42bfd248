-- op: bad.in_comma
-- A title.
-- route: GET /api/x
-- role: any
-- in: a text, b text
-- out: one {id id}
SELECT :a, :b AS id
