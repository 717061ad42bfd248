-- op: bad.other
-- via: engine
SELECT 1
