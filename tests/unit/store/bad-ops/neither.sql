-- op: bad.neither
-- A title.
SELECT 1 AS id
