-- op: template.versions
-- All versions of the template this one belongs to, newest first.
-- route: GET /api/templates/{id}/versions
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director,
--   compliance, risk_committee, auditor
-- in: id id
-- out: many {id id, hash text, state text, in_force bool, at time, uses int}
SELECT v.id, v.hash,
       COALESCE((SELECT r.verdict FROM template_reviews r JOIN org_tree up ON up.ancestor_id = r.org_id AND up.org_id = :actor_org
                  WHERE r.version_id = v.id ORDER BY up.depth, r.id DESC LIMIT 1), 'draft') AS state,
       CASE WHEN EXISTS (SELECT 1 FROM templates c WHERE c.version_id = v.id AND c.withdrawn_at IS NULL) THEN 1 ELSE 0 END AS in_force,
       v.created_at AS at,
       (SELECT COUNT(*) FROM documents d WHERE d.version_id = v.id
          AND d.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)) AS uses
  FROM template_versions w
  JOIN template_versions v ON v.org_id = w.org_id AND v.name = w.name
  JOIN org_tree o ON o.ancestor_id = v.org_id AND o.org_id = :actor_org
 WHERE w.id = :id
 ORDER BY v.id DESC
