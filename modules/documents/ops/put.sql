-- op: template.put
-- The version of this name that is in force from now on.
-- via: engine
-- in: org_id id | name text | version_id id
INSERT INTO templates (org_id, name, version_id, withdrawn_at) VALUES (:org_id, :name, :version_id, NULL)
ON CONFLICT (org_id, name) DO UPDATE SET version_id = excluded.version_id, withdrawn_at = NULL
