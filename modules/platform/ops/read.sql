-- op: inbox.read
-- The caller has read a message.
-- route: POST /api/inbox/{id}/read
-- role: any
-- in: id id
-- out: one {id id}

UPDATE inbox SET read_at = COALESCE(read_at, :now) WHERE id = :id AND person_id = :actor RETURNING id
