-- op: outbox.address_reseal_page
-- Sealed addresses of messages that are kept, to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'outbox.address' AS bound_to, address AS sealed FROM outbox
 WHERE id > :after AND address IS NOT NULL ORDER BY id LIMIT :limit
