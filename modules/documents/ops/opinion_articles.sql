-- op: report.opinion_articles
-- Articles cited most.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {law text, article text, n int}
SELECT x.law, x.article, COUNT(*) AS n
  FROM case_citations x
  JOIN cases c ON c.id = x.case_id
 WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
 GROUP BY x.law, x.article
 ORDER BY n DESC, x.law, x.article
 LIMIT 10
