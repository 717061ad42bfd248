-- op: org.plant
-- Put an organisation under its parent in the tree.
-- via: engine
-- in: id id | parent_id id
INSERT INTO org_tree (ancestor_id, org_id, depth)
SELECT t.ancestor_id, :id, t.depth + 1 FROM org_tree t WHERE t.org_id = :parent_id
UNION ALL SELECT :id, :id, 0
