-- op: statute.index_rows
-- Every article of every version, for the index in memory.
-- via: engine
-- out: many {id id, title text, kind text, part text, path text, body text, node_key text, version_day int, valid_from int, valid_to int}
SELECT n.id, v.title, l.kind, n.part, n.path, n.body, n.node_key, v.version_day, v.valid_from, v.valid_to
  FROM law_nodes n
  JOIN law_versions v ON v.id = n.version_id
  JOIN laws l ON l.id = v.law_id
 WHERE n.kind = 'article'
 ORDER BY n.version_id, n.part_order, n.position;
