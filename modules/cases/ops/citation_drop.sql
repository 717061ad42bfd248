-- op: case.citation_drop
-- Take a citation back.
-- via: engine
-- in: id id | case_id id
DELETE FROM case_citations WHERE id = :id AND case_id = :case_id RETURNING article
