-- op: calendar.store_day
-- Mark a day off or as a make-up working day.
-- via: engine
-- in: calendar_id id | day date | kind (off|work) | label text
INSERT INTO calendar_days (calendar_id, day, kind, label) VALUES (:calendar_id, :day, :kind, :label)
ON CONFLICT (calendar_id, day) DO UPDATE SET kind = excluded.kind, label = excluded.label
