-- op: bad.in_blob
-- A title.
-- route: GET /api/x
-- role: any
-- in: b blob
-- out: one {id id}
SELECT :b AS id
