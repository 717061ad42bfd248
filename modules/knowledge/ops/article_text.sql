-- op: statute.article_text
-- One article with its law, its version and the days it is in force; a house rule only for those it is of.
-- via: engine
-- in: id id
-- out: one {article_id id, law_id id, version_id id, law text, kind text, article text, heading text, body text, version_date date?, valid_from date?, valid_to date?}
SELECT n.id AS article_id, v.law_id, v.id AS version_id, v.title AS law, l.kind, n.number AS article,
       CASE WHEN n.part = '' THEN n.path WHEN n.path = '' THEN n.part ELSE n.part || ' › ' || n.path END AS heading,
       n.body, NULLIF(v.version_day, 0) AS version_date, NULLIF(v.valid_from, 0) AS valid_from,
       NULLIF(v.valid_to, 3000000) AS valid_to
  FROM law_nodes n
  JOIN law_versions v ON v.id = n.version_id
  JOIN laws l ON l.id = v.law_id
 WHERE n.id = :id AND n.kind = 'article'
   AND (l.org_id = 0 OR :actor = 1 OR l.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR l.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org));
