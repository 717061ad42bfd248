-- op: case.children_open
-- How many child cases have not ended; of one process or all.
-- via: engine
-- in: parent_id id | process text?
SELECT count(*) FROM cases WHERE parent_id = :parent_id AND ended = 0 AND (:process IS NULL OR process = :process)
