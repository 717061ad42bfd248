-- op: calendar.all
-- Every calendar, for the set in memory.
-- via: engine
SELECT id, org_id, name, base, label_zh, label_en, zone, windows, make_up_days_run, days_off_run,
       working_days, days_end, source
  FROM calendars ORDER BY id
