-- op: statute.node_put
-- A heading, an article or a paragraph; an article keeps its id when its text is corrected.
-- via: engine
-- in: id id | version_id id | part text | node_key text | kind text | part_order int | position int | level int | number text? | path text | body text | mark int
-- out: none
INSERT INTO law_nodes (id, version_id, part, node_key, kind, part_order, position, level, number, path, body, mark)
VALUES (:id, :version_id, :part, :node_key, :kind, :part_order, :position, :level, :number, :path, :body, :mark)
ON CONFLICT (version_id, part, node_key)
DO UPDATE SET kind = excluded.kind, part_order = excluded.part_order, position = excluded.position, level = excluded.level,
              number = excluded.number, path = excluded.path, body = excluded.body, mark = excluded.mark;
