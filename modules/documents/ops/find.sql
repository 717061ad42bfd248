-- op: template.find
-- Templates in force that the caller's organisation sees.
-- via: engine
-- in: q text? | kind text? | limit int
SELECT v.id, v.name, v.title_zh, v.title_en, v.kind, v.format,
       COALESCE((SELECT r.verdict FROM template_reviews r JOIN org_tree up ON up.ancestor_id = r.org_id AND up.org_id = :actor_org
                  WHERE r.version_id = v.id ORDER BY up.depth, r.id DESC LIMIT 1), 'draft') AS state,
       (SELECT COUNT(*) FROM documents d WHERE d.version_id = v.id
          AND d.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)) AS uses,
       v.created_at
  FROM templates c
  JOIN template_versions v ON v.id = c.version_id
  JOIN org_tree o ON o.ancestor_id = c.org_id AND o.org_id = :actor_org
 WHERE c.withdrawn_at IS NULL
   AND (:kind IS NULL OR v.kind = :kind)
   AND (:q IS NULL OR v.search LIKE '%' || :q || '%')
 ORDER BY v.kind, v.title_zh
 LIMIT :limit
