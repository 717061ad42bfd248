-- op: bad.route_and_via
-- A title.
-- route: GET /api/x
-- role: any
-- via: engine
-- out: one {id id}
SELECT 1 AS id
