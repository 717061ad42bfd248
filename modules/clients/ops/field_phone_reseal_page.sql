-- op: client.field_phone_reseal_page
-- Sealed values of the field phone, to be sealed again after a rotation (src/store/vault.h).
-- via: engine
-- store: clients
-- in: after id | limit int
SELECT c.id, c.org_id, 'field' AS purpose, 'client.phone/' || CAST(c.id AS text) AS bound_to, f.value AS sealed
  FROM client_fields f JOIN clients c ON c.id = f.client_id
 WHERE f.field = 'phone' AND c.id > :after ORDER BY c.id LIMIT :limit
