-- op: case.attachments_of
-- Files of a case.
-- via: engine
-- in: case_id id
SELECT id, name, size, media_type, sha256, at, by_id FROM case_attachments WHERE case_id = :case_id ORDER BY id
