-- op: statute.law_get
-- A law by its id.
-- via: engine
-- in: id id
-- out: one {id id, title text, kind text}
SELECT id, title, kind FROM laws WHERE id = :id;
