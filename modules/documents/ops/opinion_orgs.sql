-- op: report.opinion_orgs
-- Consultations by organisation.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {org text, n int, ended int}
SELECT o.name AS org, COUNT(*) AS n, COALESCE(SUM(c.ended), 0) AS ended
  FROM cases c
  JOIN orgs o ON o.id = c.org_id
 WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
 GROUP BY o.name
 ORDER BY n DESC, org
 LIMIT 30
