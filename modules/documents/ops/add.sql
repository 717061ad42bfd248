-- op: document.add
-- Keep what a document was made of.
-- via: engine
-- in: id id | org_id id | case_id id | version_id id | title text | answers blob | pages int? | pdf_id id? | docx_id id?
INSERT INTO documents (id, org_id, case_id, version_id, title, answers, pages, pdf_id, docx_id, created_at, created_by)
VALUES (:id, :org_id, :case_id, :version_id, :title, :answers, :pages, :pdf_id, :docx_id, :now, :actor)
