-- op: case.children
-- Child cases.
-- via: engine
-- in: parent_id id
SELECT id, number, title, state, definition_id, ended FROM cases WHERE parent_id = :parent_id ORDER BY id LIMIT 200
