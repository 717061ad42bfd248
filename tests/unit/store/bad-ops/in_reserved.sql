-- op: bad.in_reserved
-- A title.
-- route: GET /api/x
-- role: any
-- in: actor id
-- out: one {id id}
SELECT :actor AS id
