-- op: case.view_delete
-- Forget a saved list.
-- route: DELETE /api/views/{id}
-- role: any
-- in: id id
-- out: one {id id}
DELETE FROM views WHERE id = :id AND person_id = :actor RETURNING id
