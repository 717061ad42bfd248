-- op: case.number_block
-- Reserve a block of numbers of a busy series for one node; returns the last of it.
-- via: engine
-- in: org_id id | series text | year int | count int
INSERT INTO number_series (org_id, series, year, last) VALUES (:org_id, :series, :year, :count)
ON CONFLICT (org_id, series, year) DO UPDATE SET last = number_series.last + excluded.last
RETURNING last
