-- op: case.number_next
-- Take the next number of a series.
-- via: engine
-- in: org_id id | series text | year int
INSERT INTO number_series (org_id, series, year, last) VALUES (:org_id, :series, :year, 1)
ON CONFLICT (org_id, series, year) DO UPDATE SET last = number_series.last + 1
RETURNING last
