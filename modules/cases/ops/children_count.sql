-- op: case.children_count
-- How many child cases there are; of one process or all.
-- via: engine
-- in: parent_id id | process text?
SELECT count(*) FROM cases WHERE parent_id = :parent_id AND (:process IS NULL OR process = :process)
