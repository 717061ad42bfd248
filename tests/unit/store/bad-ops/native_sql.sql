-- op: bad.native_sql
-- A title.
-- route: GET /api/x
-- role: any
-- out: one {id id}
-- native:
SELECT 1 AS id
