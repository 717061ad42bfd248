-- op: bad.string
-- A title.
-- route: GET /api/x
-- role: any
-- out: one {id id}
SELECT 'x AS id
