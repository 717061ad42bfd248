-- op: bad.in_upload
-- A title.
-- route: POST /api/x
-- role: any
-- upload: yes
-- in: file_name text
-- out: none
DELETE FROM t WHERE name = :file_name
