-- op: document.earlier
-- Sealed answers of a case's latest documents, newest first.
-- via: engine
-- in: case_id id
SELECT id, org_id, answers FROM documents WHERE case_id = :case_id ORDER BY id DESC LIMIT 5
