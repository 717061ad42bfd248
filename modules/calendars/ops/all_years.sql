-- op: calendar.all_years
-- The years entered completely, by calendar.
-- via: engine
SELECT calendar_id, year, source FROM calendar_years ORDER BY calendar_id, year
