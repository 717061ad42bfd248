-- op: line.phone_reseal_page
-- Desk phones' secrets to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'secret' AS purpose, 'phone.ha1' AS bound_to, ha1 AS sealed FROM desk_phones
 WHERE id > :after ORDER BY id LIMIT :limit
