-- op: org.find
-- The organisation with this name; without a name the first one on top.
-- via: engine
-- in: name text?
SELECT id FROM orgs
 WHERE id <> 0 AND (name = :name OR (:name IS NULL AND parent_id = 0))
 ORDER BY id LIMIT 1
