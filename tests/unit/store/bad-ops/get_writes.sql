-- op: bad.get_writes
-- A title.
-- route: GET /api/x
-- role: any
-- out: one {id id}
DELETE FROM t RETURNING id
