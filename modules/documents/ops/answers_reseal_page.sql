-- op: document.answers_reseal_page
-- Sealed answers, to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'document.answers/' || CAST(id AS text) AS bound_to, answers AS sealed FROM documents
 WHERE id > :after ORDER BY id LIMIT :limit
