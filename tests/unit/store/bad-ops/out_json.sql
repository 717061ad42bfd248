-- op: bad.out_json
-- A title.
-- route: GET /api/x
-- role: any
-- out: json
SELECT 1 AS id
