-- op: statute.index_rows
-- Every article of every version, for the index in memory.
-- via: engine
-- out: many {id id, title text, path text, body text, valid_from int, valid_to int}
SELECT n.id, v.title, n.part || ' ' || n.path AS path, n.body, v.valid_from, v.valid_to
  FROM law_nodes n
  JOIN law_versions v ON v.id = n.version_id
 WHERE n.kind = 'article'
 ORDER BY n.version_id, n.part_order, n.position;
