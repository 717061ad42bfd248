-- op: people.totp_reseal_page
-- Sealed secrets of one-time codes, to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'secret' AS purpose, 'person.totp/' || CAST(id AS text) AS bound_to, totp_secret AS sealed FROM people
 WHERE id > :after AND totp_secret IS NOT NULL ORDER BY id LIMIT :limit
