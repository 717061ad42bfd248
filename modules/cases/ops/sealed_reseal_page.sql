-- op: case.sealed_reseal_page
-- Sealed fields, to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'case.*/' || CAST(id AS text) AS bound_to, sealed AS sealed_json FROM cases
 WHERE id > :after AND sealed IS NOT NULL ORDER BY id LIMIT :limit
