-- op: bad.path
-- A title.
-- route: GET api/x
-- role: any
-- out: one {id id}
SELECT 1 AS id
