-- op: report.opinion_mood
-- How tense it was: consultations by gravity, as the operator judged it.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {mood text, n int}
SELECT CASE g.gravity WHEN 'ordinary' THEN '情绪平稳' WHEN 'major' THEN '重大问题' WHEN 'urgent' THEN '紧急求助'
         WHEN 'group' THEN '群体性诉求' WHEN 'explosive' THEN '易激化矛盾' ELSE '未判断' END AS mood, g.n
  FROM (SELECT COALESCE(jget(c.fields, 'gravity'), '') AS gravity, COUNT(*) AS n
          FROM cases c
         WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
         GROUP BY COALESCE(jget(c.fields, 'gravity'), '')) g
 ORDER BY g.n DESC, mood
