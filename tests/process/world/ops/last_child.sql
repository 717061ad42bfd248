-- op: test.last_child
-- The last child of a case, of one process.
-- via: engine
-- in: parent_id id | process text
SELECT id FROM cases WHERE parent_id = :parent_id AND process = :process ORDER BY id DESC LIMIT 1
