-- op: calendar.bump
-- Count a change. First in its transaction: the row's lock puts changes in order.
-- via: engine
UPDATE calendar_version SET version = version + 1 WHERE id = 1
