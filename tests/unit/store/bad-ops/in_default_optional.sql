-- op: bad.in_default_optional
-- A title.
-- route: GET /api/x
-- role: any
-- in: n int? = 5
-- out: one {id id}
SELECT :n AS id
