-- op: blob.blob_record
-- Register a file; the same content of the same organisation is registered once.
-- via: engine
-- in: id id | org_id id | address text | size int | sha256 text | media_type text | wrapped_key blob
INSERT INTO blobs (id, org_id, address, size, sha256, media_type, wrapped_key, created_at, created_by)
VALUES (:id, :org_id, :address, :size, :sha256, :media_type, :wrapped_key, :now, :actor)
ON CONFLICT (org_id, address) DO UPDATE SET media_type = blobs.media_type
RETURNING id
