-- op: bad.out_no_rows
-- A title.
-- route: POST /api/x
-- role: any
-- out: one {id id}
DELETE FROM t
