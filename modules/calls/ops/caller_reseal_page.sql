-- op: calls.caller_reseal_page
-- Sealed numbers to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'field' AS purpose, 'call.caller' AS bound_to, caller AS sealed FROM calls
 WHERE id > :after AND caller IS NOT NULL ORDER BY id LIMIT :limit
