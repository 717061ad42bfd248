-- op: blob.blob_reseal_page
-- Wrapped keys to be sealed again after a rotation.
-- via: engine
-- in: after id | limit int
SELECT id, org_id, 'blob' AS purpose, 'blob.key' AS bound_to, wrapped_key AS sealed FROM blobs
 WHERE id > :after ORDER BY id LIMIT :limit
