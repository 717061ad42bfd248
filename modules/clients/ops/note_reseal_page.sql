-- op: client.note_reseal_page
-- Sealed notes, to be sealed again after a rotation (src/store/vault.h).
-- via: engine
-- store: clients
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'client.note/' || CAST(id AS text) AS bound_to, note AS sealed FROM clients
 WHERE id > :after AND note IS NOT NULL ORDER BY id LIMIT :limit
