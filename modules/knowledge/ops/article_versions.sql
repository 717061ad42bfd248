-- op: statute.article_versions
-- The article of the same number in every version of its law, newest first.
-- via: engine
-- in: id id
-- out: many {article_id id, version_id id, version_date date?, valid_from date?, valid_to date?, body text}
SELECT o.id AS article_id, v.id AS version_id, NULLIF(v.version_day, 0) AS version_date,
       NULLIF(v.valid_from, 0) AS valid_from, NULLIF(v.valid_to, 3000000) AS valid_to, o.body
  FROM law_nodes n
  JOIN law_versions own ON own.id = n.version_id
  JOIN law_versions v ON v.law_id = own.law_id
  JOIN law_nodes o ON o.version_id = v.id AND o.part = n.part AND o.node_key = n.node_key
 WHERE n.id = :id
 ORDER BY v.version_day DESC;
