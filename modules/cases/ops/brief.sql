-- op: case.brief
-- What another case shows of this one.
-- via: engine
-- in: id id
SELECT id, number, title, definition_id, client_id FROM cases WHERE id = :id
