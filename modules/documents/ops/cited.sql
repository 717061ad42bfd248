-- op: template.cited
-- The newest version of an article by the law's key and the article's.
-- via: engine
-- in: title_key text | node_key text
SELECT n.id, v.title, n.number, n.body
  FROM laws l
  JOIN law_versions v ON v.law_id = l.id
  JOIN law_nodes n ON n.version_id = v.id
 WHERE l.title_key = :title_key AND n.node_key = :node_key AND n.kind = 'article'
 ORDER BY v.version_day DESC
 LIMIT 1
