-- op: bad.in_continued
-- A title.
-- route: GET /api/x
-- role: any
-- in: a text
--   | b text
--   | c nothing
-- out: one {id id}
SELECT :a, :b, :c AS id
