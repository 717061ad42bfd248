-- op: bad.in_range
-- A title.
-- route: GET /api/x
-- role: any
-- in: n int (9..1)
-- out: one {id id}
SELECT :n AS id
