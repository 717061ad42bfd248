-- op: inbox.read_all
-- The caller has read all his messages.
-- route: POST /api/inbox/read
-- role: any
-- out: none

UPDATE inbox SET read_at = :now WHERE person_id = :actor AND read_at IS NULL
