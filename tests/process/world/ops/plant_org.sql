-- op: test.plant_org
-- An organisation, below another.
-- via: engine
-- in: id id | parent_id id | name text
INSERT INTO orgs (id, parent_id, name, kind, active, created_at, version)
VALUES (:id, :parent_id, :name, 'office', 1, :now, 1);
INSERT INTO org_tree (ancestor_id, org_id, depth)
SELECT ancestor_id, :id, depth + 1 FROM org_tree WHERE org_id = :parent_id;
INSERT INTO org_tree (ancestor_id, org_id, depth) VALUES (:id, :id, 0)
