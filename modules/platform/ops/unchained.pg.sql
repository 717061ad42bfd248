-- op: audit.unchained
-- How many entries stand neither in the chain nor (PostgreSQL) in the list of those that wait for it.
-- via: engine
-- store: both
SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.audit_id = a.id)
 AND NOT EXISTS (SELECT 1 FROM audit_new n WHERE n.id = a.id)
