-- op: bad.in_default_choice
-- A title.
-- route: GET /api/x
-- role: any
-- in: k (a|b) = c
-- out: one {id id}
SELECT :k AS id
