-- op: case.audience
-- Who has to do with a case, for the live events about it.
-- via: engine
-- in: id id
SELECT definition_id, created_by, assignee_id, first_asker_id FROM cases WHERE id = :id
