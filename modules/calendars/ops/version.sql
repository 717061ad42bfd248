-- op: calendar.version
-- The count of changes so far.
-- via: engine
SELECT version FROM calendar_version WHERE id = 1
