-- op: session.touch
-- Note when a session was last used; once a minute is enough.
-- via: engine
-- in: id id
UPDATE sessions SET seen_at = :now WHERE id = :id AND seen_at < :now
