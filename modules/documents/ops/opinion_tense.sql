-- op: report.opinion_tense
-- Major, urgent, group and explosive matters of the period, newest first: by number, without who asked.
-- via: engine
-- in: from_ms int | to_ms int
-- out: many {number text, day text, category text, mood text, state text}
SELECT c.number, local_date_text(c.created_at) AS day, COALESCE(c.category, '') AS category,
       CASE jget(c.fields, 'gravity') WHEN 'major' THEN '重大' WHEN 'urgent' THEN '紧急' WHEN 'group' THEN '群体性' ELSE '易激化' END AS mood,
       CASE WHEN c.ended = 1 THEN '已办结' ELSE '办理中' END AS state
  FROM cases c
 WHERE c.process = 'consultation' AND c.created_at >= :from_ms AND c.created_at < :to_ms
   AND c.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
   AND jget(c.fields, 'gravity') IN ('major', 'urgent', 'group', 'explosive')
 ORDER BY c.id DESC
 LIMIT 30
