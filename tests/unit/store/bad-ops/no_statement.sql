-- op: bad.no_statement
-- A title.
-- route: GET /api/x
-- role: any
-- out: one {id id}
DROP TABLE cases
