-- op: bad.in_range_type
-- A title.
-- route: GET /api/x
-- role: any
-- in: n time (1..2)
-- out: one {id id}
SELECT :n AS id
