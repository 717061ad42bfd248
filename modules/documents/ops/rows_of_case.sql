-- op: document.rows_of_case
-- The documents of a case.
-- via: engine
-- in: case_id id
SELECT d.id, d.title, d.version_id, v.name, v.hash, d.pages, d.pdf_id, d.docx_id, d.created_at, p.display_name
  FROM documents d
  JOIN template_versions v ON v.id = d.version_id
  LEFT JOIN people p ON p.id = d.created_by
 WHERE d.case_id = :case_id
 ORDER BY d.id DESC
 LIMIT 500
