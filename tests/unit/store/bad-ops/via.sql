-- op: bad.via
-- A title.
-- via: http
SELECT 1 AS id
