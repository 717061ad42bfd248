-- op: case.definition_by_id
-- A definition some case is pinned to.
-- via: engine
-- in: id id
SELECT id, name, hash, body FROM definitions WHERE id = :id
