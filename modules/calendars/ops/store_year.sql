-- op: calendar.store_year
-- All official days of this year are entered.
-- via: engine
-- in: calendar_id id | year int | source text
INSERT INTO calendar_years (calendar_id, year, source) VALUES (:calendar_id, :year, :source)
ON CONFLICT (calendar_id, year) DO UPDATE SET source = excluded.source
