-- op: case.attachment_by_id
-- Where the content of an attachment is.
-- via: engine
-- in: id id | case_id id
SELECT name, media_type, blob_id, blob_org_id FROM case_attachments WHERE id = :id AND case_id = :case_id
