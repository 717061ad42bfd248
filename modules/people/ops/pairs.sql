-- op: org.pairs
-- The whole tree, every pair.
-- via: engine
-- store: both
-- in: after id
SELECT ancestor_id, org_id, depth FROM org_tree WHERE ancestor_id > :after ORDER BY ancestor_id, org_id
