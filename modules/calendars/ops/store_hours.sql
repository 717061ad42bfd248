-- op: calendar.store_hours
-- Change a calendar's hours and rules; what is NULL stays.
-- via: engine
-- in: id id | windows json? | make_up_days_run bool? | days_off_run bool?
UPDATE calendars
   SET windows = COALESCE(:windows, windows),
       make_up_days_run = COALESCE(:make_up_days_run, make_up_days_run),
       days_off_run = COALESCE(:days_off_run, days_off_run),
       updated_at = :now
 WHERE id = :id
