-- op: report.opinion_categories
-- What was asked most: consultations by category.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {category text, n int, share text}
SELECT COALESCE(c.category, '') AS category, COUNT(*) AS n,
       CAST(COUNT(*) * 100 / SUM(COUNT(*)) OVER () AS text) || '%' AS share
  FROM cases c
 WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
 GROUP BY COALESCE(c.category, '')
 ORDER BY n DESC, category
 LIMIT 12
