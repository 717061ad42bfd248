-- op: line.home
-- The organisation on top, to which calls belong.
-- via: engine
SELECT id FROM orgs WHERE parent_id = 0 AND id <> 0 ORDER BY id LIMIT 1
