-- op: org.graft
-- Move a branch of the tree under another parent.
-- via: engine
-- in: id id | parent_id id
DELETE FROM org_tree WHERE org_id IN (SELECT b.org_id FROM org_tree b WHERE b.ancestor_id = :id)
  AND ancestor_id NOT IN (SELECT b.org_id FROM org_tree b WHERE b.ancestor_id = :id);
INSERT INTO org_tree (ancestor_id, org_id, depth)
SELECT up.ancestor_id, down.org_id, up.depth + down.depth + 1 FROM org_tree up, org_tree down
 WHERE up.org_id = :parent_id AND down.ancestor_id = :id
