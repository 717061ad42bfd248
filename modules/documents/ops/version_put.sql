-- op: template.version_put
-- Keep a version, unless it is there.
-- via: engine
-- in: id id | org_id id | name text | hash text | format text | title_zh text | title_en text | kind text | search text (0..20000) |
--   body text? (0..1100000) | blob id?
INSERT INTO template_versions (id, org_id, name, hash, format, title_zh, title_en, kind, search, body, blob_id, created_at, created_by)
VALUES (:id, :org_id, :name, :hash, :format, :title_zh, :title_en, :kind, :search, :body, :blob, :now, :actor)
ON CONFLICT (org_id, name, hash) DO UPDATE SET search = excluded.search
RETURNING id
