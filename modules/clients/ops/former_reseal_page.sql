-- op: client.former_reseal_page
-- Sealed former names, to be sealed again after a rotation (src/store/vault.h).
-- via: engine
-- store: clients
-- in: after id | limit int
SELECT n.id, c.org_id, 'field' AS purpose, 'client.former/' || CAST(c.id AS text) AS bound_to, n.name AS sealed
  FROM client_former_names n JOIN clients c ON c.id = n.client_id
 WHERE n.id > :after ORDER BY n.id LIMIT :limit
