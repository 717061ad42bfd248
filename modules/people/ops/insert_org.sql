-- op: org.insert_org
-- Add an organisation.
-- via: engine
-- in: id id | parent_id id | name text | kind text
INSERT INTO orgs (id, parent_id, name, kind, active, created_at, version)
VALUES (:id, :parent_id, :name, :kind, 1, :now, 1)
