-- store: both
-- Who is below whom in the tree of organisations (S01): every pair, each organisation with itself at depth 0.
-- The store of client master data keeps its own copy, so that its operations can limit rows without the other.
-- Organisation 0 is the installation, above all.
CREATE TABLE org_tree (
  ancestor_id bigint NOT NULL,
  org_id bigint NOT NULL,
  depth bigint NOT NULL,
  PRIMARY KEY (ancestor_id, org_id)
);
CREATE INDEX org_tree_up ON org_tree (org_id, depth);
INSERT INTO org_tree (ancestor_id, org_id, depth) VALUES (0, 0, 0);
