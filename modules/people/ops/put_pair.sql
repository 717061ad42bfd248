-- op: org.put_pair
-- A pair of the copy.
-- via: engine
-- store: clients
-- in: ancestor_id id | org_id id | depth int
INSERT INTO org_tree (ancestor_id, org_id, depth) VALUES (:ancestor_id, :org_id, :depth)
