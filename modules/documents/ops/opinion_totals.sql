-- op: report.opinion_totals
-- Consultations of a period and of the one before it, as long.
-- via: engine
-- in: from_ms int | to_ms int
-- out: one {total int, ended int, open int, breached int, referred int, grave int, before int, change text}
WITH now AS (
  SELECT COUNT(*) AS total, COALESCE(SUM(c.ended), 0) AS ended,
         COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM case_clocks k WHERE k.case_id = c.id AND k.breached_at IS NOT NULL) THEN 1 ELSE 0 END), 0) AS breached,
         COALESCE(SUM(CASE WHEN c.n_children > 0 THEN 1 ELSE 0 END), 0) AS referred,
         COALESCE(SUM(CASE WHEN COALESCE(jget(c.fields, 'gravity'), 'ordinary') <> 'ordinary' THEN 1 ELSE 0 END), 0) AS grave
    FROM cases c
   WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
), earlier AS (
  SELECT COUNT(*) AS n FROM cases c
   WHERE c.process = 'consultation' AND c.created_at >= :from_ms - (:to_ms - :from_ms) AND c.created_at < :from_ms
     AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
)
SELECT n.total, n.ended, n.total - n.ended AS open, n.breached, n.referred, n.grave, e.n AS before,
       CASE WHEN e.n = 0 THEN '无从比较'
            WHEN n.total >= e.n THEN '增加' || CAST((n.total - e.n) * 100 / e.n AS text) || '%'
            ELSE '减少' || CAST((e.n - n.total) * 100 / e.n AS text) || '%' END AS change
  FROM now n, earlier e
