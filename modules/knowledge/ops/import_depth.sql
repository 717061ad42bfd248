-- op: statute.import_depth
-- How many organisations stand above the caller's.
-- via: engine
-- out: one {n int}
SELECT COUNT(*) AS n FROM org_tree WHERE org_id = :actor_org AND ancestor_id NOT IN (0, :actor_org);
