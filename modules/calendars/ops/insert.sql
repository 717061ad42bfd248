-- op: calendar.insert
-- A new calendar.
-- via: engine
-- in: id id | org_id id | name text (1..40) | base text? | label_zh text | label_en text | zone text
--   | windows json | make_up_days_run bool | days_off_run bool | working_days (official|windows)
--   | days_end (duty|midnight) | source text?
INSERT INTO calendars (id, org_id, name, base, label_zh, label_en, zone, windows, make_up_days_run,
                       days_off_run, working_days, days_end, source, updated_at)
VALUES (:id, :org_id, :name, :base, :label_zh, :label_en, :zone, :windows, :make_up_days_run,
        :days_off_run, :working_days, :days_end, :source, :now)
