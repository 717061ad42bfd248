-- op: people.phone_reseal_page
-- Sealed telephone numbers, to be sealed again after a rotation (src/store/vault.h).
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'person.phone' AS bound_to, phone AS sealed FROM people
 WHERE id > :after AND phone IS NOT NULL ORDER BY id LIMIT :limit
