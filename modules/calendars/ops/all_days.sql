-- op: calendar.all_days
-- Every marked day, by calendar.
-- via: engine
SELECT calendar_id, day, kind, label FROM calendar_days ORDER BY calendar_id, day
