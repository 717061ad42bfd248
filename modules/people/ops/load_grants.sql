-- op: role.load_grants
-- All changed permissions, those of organisations higher in the tree first.
-- via: engine
SELECT g.org_id, g.role, g.op, g.allow
  FROM role_grants g JOIN org_tree t ON t.ancestor_id = 0 AND t.org_id = g.org_id
 ORDER BY t.depth, g.org_id, g.role, g.op
