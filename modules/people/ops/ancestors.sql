-- op: org.ancestors
-- Every organisation with those above it, farthest first, itself last.
-- via: engine
SELECT t.org_id, t.ancestor_id, (SELECT max(d.depth) FROM org_tree d WHERE d.org_id = t.org_id) AS deepest
  FROM org_tree t ORDER BY t.org_id, t.depth DESC
