-- op: case.attachment_add
-- A file of a case.
-- via: engine
-- in: id id | case_id id | name text | size int | media_type text | blob id | blob_org_id id | sha256 text
INSERT INTO case_attachments (id, case_id, name, size, media_type, blob_id, blob_org_id, sha256, at, by_id)
VALUES (:id, :case_id, :name, :size, :media_type, :blob, :blob_org_id, :sha256, :now, :actor)
