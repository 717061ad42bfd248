-- op: bad.store_both
-- A title.
-- route: GET /api/x
-- role: any
-- store: both
-- out: one {id id}
SELECT 1 AS id
