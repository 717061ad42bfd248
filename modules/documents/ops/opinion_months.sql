-- op: report.opinion_months
-- Consultations by month.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {month text, n int}
SELECT substr(local_date_text(c.created_at), 1, 7) AS month, COUNT(*) AS n
  FROM cases c
 WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
 GROUP BY substr(local_date_text(c.created_at), 1, 7)
 ORDER BY month
