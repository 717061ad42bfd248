-- op: statute.version_nodes
-- Headings, articles and paragraphs of one version in their order.
-- via: engine
-- in: version_id id
-- out: many {id id, kind text, level int, part text, number text?, body text}
SELECT id, kind, level, part, number, body FROM law_nodes
 WHERE version_id = :version_id ORDER BY part_order, position;
