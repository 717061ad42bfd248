-- op: bad.method
-- A title.
-- route: FETCH /api/x
-- role: any
-- out: one {id id}
SELECT 1 AS id
