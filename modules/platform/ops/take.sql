-- op: lease.take
-- Take or prolong a lease. A row comes back when it is the owner's now.
-- via: engine
-- store: both
-- in: name text | owner int | at time | until time
INSERT INTO leases (name, owner, until) VALUES (:name, :owner, :until)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
 WHERE leases.owner = excluded.owner OR leases.until < :at
RETURNING owner
