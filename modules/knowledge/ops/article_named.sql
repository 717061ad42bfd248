-- op: statute.article_named
-- The article of a number in the version of a law in force on a day, by the law's key or its id.
-- via: engine
-- in: title_key text? | law_id id? | node_key text | day int
-- out: one {article_id id, law_id id, law text, article text}
SELECT n.id AS article_id, v.law_id, v.title AS law, n.number AS article
  FROM laws l
  JOIN law_versions v ON v.law_id = l.id
  JOIN law_nodes n ON n.version_id = v.id AND n.kind = 'article' AND n.node_key = :node_key
 WHERE (l.title_key = :title_key OR l.id = :law_id)
   AND (l.org_id = 0 OR :actor = 1 OR l.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR l.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org))
 ORDER BY CASE WHEN v.valid_from <= :day AND :day < v.valid_to THEN 0 ELSE 1 END, v.version_day DESC, n.part_order
 LIMIT 1;
