-- op: lease.release
-- Give a lease back early.
-- via: engine
-- store: both
-- in: name text | owner int
DELETE FROM leases WHERE name = :name AND owner = :owner
