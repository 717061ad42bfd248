-- op: session.prune_sessions
-- Forget sessions that ended long ago.
-- via: engine
-- in: before time
DELETE FROM sessions WHERE expires_at < :before OR ended_at < :before
