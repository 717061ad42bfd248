-- A title.
-- via: engine
SELECT 1
