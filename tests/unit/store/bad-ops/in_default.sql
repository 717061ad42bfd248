-- op: bad.in_default
-- A title.
-- route: GET /api/x
-- role: any
-- in: n int = 500 (1..200)
-- out: one {id id}
SELECT :n AS id
