-- op: client.contact_name_reseal_page
-- Sealed names of contacts, to be sealed again after a rotation (src/store/vault.h).
-- via: engine
-- store: clients
-- in: after id | limit int
SELECT k.id, c.org_id, 'field' AS purpose, 'client.contact/' || CAST(c.id AS text) AS bound_to, k.name AS sealed
  FROM client_contacts k JOIN clients c ON c.id = k.client_id
 WHERE k.id > :after AND k.name IS NOT NULL ORDER BY k.id LIMIT :limit
