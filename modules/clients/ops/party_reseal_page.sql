-- op: case.party_reseal_page
-- Sealed names of parties, to be sealed again after a rotation (src/store/vault.h).
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'party.name/' || CAST(id AS text) AS bound_to, name AS sealed FROM case_parties
 WHERE id > :after ORDER BY id LIMIT :limit
