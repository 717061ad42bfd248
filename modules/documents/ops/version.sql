-- op: template.version
-- One version that the caller's organisation sees, in force or not.
-- via: engine
-- in: id id
SELECT v.id, v.org_id, v.name, v.hash, v.format, v.title_zh, v.title_en, v.kind, v.body, v.blob_id, v.created_at, v.created_by,
       COALESCE((SELECT r.verdict FROM template_reviews r JOIN org_tree up ON up.ancestor_id = r.org_id AND up.org_id = :actor_org
                  WHERE r.version_id = v.id ORDER BY up.depth, r.id DESC LIMIT 1), 'draft') AS state,
       (SELECT COUNT(*) FROM templates c WHERE c.version_id = v.id AND c.withdrawn_at IS NULL) AS in_force
  FROM template_versions v
  JOIN org_tree o ON o.ancestor_id = v.org_id AND o.org_id = :actor_org
 WHERE v.id = :id
