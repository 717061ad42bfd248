-- op: bad.store
-- A title.
-- via: engine
-- store: client
SELECT 1 AS id
