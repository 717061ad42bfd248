-- op: statute.import_nodes
-- Articles of a part of a version, to compare with.
-- via: engine
-- in: version_id id | part text
-- out: many {node_key text, number text, path text, body text}
SELECT node_key, number, path, body FROM law_nodes
 WHERE version_id = :version_id AND part = :part AND kind = 'article' ORDER BY position;
