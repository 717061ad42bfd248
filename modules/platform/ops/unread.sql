-- op: inbox.unread
-- How many of the caller's messages are unread.
-- via: engine
SELECT count(*) FROM inbox WHERE person_id = :actor AND read_at IS NULL
