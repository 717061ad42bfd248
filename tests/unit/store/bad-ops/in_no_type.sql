-- op: bad.in_no_type
-- A title.
-- route: GET /api/x
-- role: any
-- in: name | id id
-- out: one {id id}
SELECT :name, :id AS id
