-- op: bad.upload
-- A title.
-- route: GET /api/x
-- role: any
-- upload: yes
-- out: one {id id}
SELECT 1 AS id
