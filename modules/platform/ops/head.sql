-- op: audit.head
-- The last link of the chain.
-- via: engine
-- store: both
SELECT seq, audit_id, hash FROM audit_link ORDER BY seq DESC LIMIT 1
