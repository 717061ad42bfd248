-- op: people.email_reseal_page
-- Sealed mail addresses, to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'person.email' AS bound_to, email AS sealed FROM people
 WHERE id > :after AND email IS NOT NULL ORDER BY id LIMIT :limit
