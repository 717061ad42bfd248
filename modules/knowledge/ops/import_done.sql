-- op: statute.import_done
-- An upload was taken over.
-- via: engine
-- in: id id | law_id id
-- out: none
UPDATE law_imports SET state = 'done', law_id = :law_id WHERE id = :id AND state = 'waiting';
