-- op: statute.list
-- Laws by name and kind, the last imported first, page by key.
-- route: GET /api/statutes
-- role: any
-- in: q text? (1..100) | kind text? (1..40) | before id? | limit int = 50 (1..200)
-- out: many {id id, title text, kind text, own bool, repealed_on date?, latest_date date?, versions int, articles int}
SELECT l.id, l.title, l.kind, CASE WHEN l.org_id = 0 THEN 0 ELSE 1 END AS own, l.repealed_on, NULLIF(MAX(v.version_day), 0) AS latest_date, COUNT(DISTINCT v.id) AS versions,
       CAST((SELECT COALESCE(SUM(s.articles), 0) FROM law_sources s
         WHERE s.version_id = (SELECT x.id FROM law_versions x WHERE x.law_id = l.id ORDER BY x.version_day DESC LIMIT 1)) AS bigint) AS articles
  FROM laws l
  JOIN law_versions v ON v.law_id = l.id
 WHERE (:q IS NULL OR l.title LIKE '%' || :q || '%')
   AND (:kind IS NULL OR l.kind = :kind)
   AND (l.org_id = 0 OR :actor = 1 OR l.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR l.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org))
   AND (:before IS NULL OR l.id < :before)
 GROUP BY l.id, l.title, l.kind, l.org_id, l.repealed_on
 ORDER BY l.id DESC
 LIMIT :limit;
