-- op: template.uses
-- Who made a document from this version, and for which case.
-- route: GET /api/templates/{id}/uses
-- role: lawyer, legal_team, partner, supervisor, director, compliance, auditor
-- in: id id | before id? | limit int = 50 (1..200)
-- out: many {id id, at time, person text?, case_id id, number text, org text?}
SELECT d.id, d.created_at AS at, p.display_name AS person, d.case_id, k.number, o.name AS org
  FROM documents d
  JOIN cases k ON k.id = d.case_id
  LEFT JOIN people p ON p.id = d.created_by
  LEFT JOIN orgs o ON o.id = d.org_id
 WHERE d.version_id = :id
   AND d.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
   AND (:before IS NULL OR d.id < :before)
 ORDER BY d.id DESC
 LIMIT :limit
