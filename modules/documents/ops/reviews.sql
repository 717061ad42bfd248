-- op: template.reviews
-- Verdicts on a version that count for the caller's organisation, newest first.
-- via: engine
-- in: id id
SELECT r.verdict, r.note, r.at, p.display_name, o.name
  FROM template_reviews r
  JOIN org_tree up ON up.ancestor_id = r.org_id AND up.org_id = :actor_org
  LEFT JOIN people p ON p.id = r.by_id
  LEFT JOIN orgs o ON o.id = r.org_id
 WHERE r.version_id = :id
 ORDER BY r.id DESC
 LIMIT 50
