-- op: role.load
-- All roles, those defined higher in the tree first.
-- via: engine
SELECT r.org_id, r.name, r.label_zh, r.label_en, r.tier, r.based_on
  FROM roles r JOIN org_tree t ON t.ancestor_id = 0 AND t.org_id = r.org_id
 ORDER BY t.depth, r.org_id, r.tier, r.name
