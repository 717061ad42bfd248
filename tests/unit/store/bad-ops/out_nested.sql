-- op: bad.out_nested
-- A title.
-- route: GET /api/x
-- role: any
-- out: one {id id, clocks many {id id}}
SELECT 1 AS id
