-- op: bad.in_type
-- A title.
-- route: GET /api/x
-- role: any
-- in: name txt
-- out: one {id id}
SELECT :name AS id
