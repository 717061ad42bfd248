-- op: Bad
-- via: engine
SELECT 1
