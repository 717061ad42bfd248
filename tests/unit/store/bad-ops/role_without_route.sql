-- op: bad.role_without_route
-- A title.
-- via: engine
-- role: any
SELECT 1 AS id
