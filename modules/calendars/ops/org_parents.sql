-- op: calendar.org_parents
-- Each organisation and the one above it: calendars are inherited downwards (S01).
-- via: engine
SELECT id, parent_id FROM orgs ORDER BY id
