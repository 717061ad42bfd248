-- op: report.opinion_hard
-- What was hard: by category, how many could not be answered at once, were referred to other bodies, or overran a clock.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {category text, hard int, referred int, breached int}
SELECT h.category, SUM(h.hard) AS hard, SUM(h.referred) AS referred, SUM(h.breached) AS breached
  FROM (SELECT COALESCE(c.category, '') AS category,
               CASE WHEN EXISTS (SELECT 1 FROM case_clocks k WHERE k.case_id = c.id) THEN 1 ELSE 0 END AS hard,
               CASE WHEN c.n_children > 0 THEN 1 ELSE 0 END AS referred,
               CASE WHEN EXISTS (SELECT 1 FROM case_clocks k WHERE k.case_id = c.id AND k.breached_at IS NOT NULL) THEN 1 ELSE 0 END AS breached
          FROM cases c
         WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)) h
 GROUP BY h.category
HAVING SUM(h.hard) + SUM(h.referred) + SUM(h.breached) > 0
 ORDER BY hard DESC, h.category
 LIMIT 12
