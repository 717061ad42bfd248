-- op: blob.blob_lookup
-- What is needed to open a file.
-- via: engine
-- in: id id | org_id id
SELECT id, address, size, sha256, media_type, wrapped_key FROM blobs WHERE id = :id AND org_id = :org_id
