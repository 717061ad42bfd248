-- op: calendar.drop_day
-- The day is again what its weekday says.
-- via: engine
-- in: calendar_id id | day date
DELETE FROM calendar_days WHERE calendar_id = :calendar_id AND day = :day
