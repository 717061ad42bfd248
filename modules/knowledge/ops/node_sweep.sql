-- op: statute.node_sweep
-- Remove what a new import of the part no longer holds.
-- via: engine
-- in: version_id id | part text | mark int
-- out: none
DELETE FROM law_nodes WHERE version_id = :version_id AND part = :part AND mark <> :mark;
