-- op: template.review
-- A lawyer's verdict on a version: only reviewed ones make documents for delivery. Nobody reviews what he uploaded himself.
-- route: POST /api/templates/{id}/reviews
-- role: lawyer, legal_team, partner
-- in: id id | verdict (reviewed|rejected) | note text? (0..1000)
-- out: one {id id}
-- status: 201
INSERT INTO template_reviews (id, version_id, org_id, verdict, note, at, by_id)
SELECT new_id(), v.id, :actor_org, :verdict, :note, :now, :actor
  FROM template_versions v
  JOIN org_tree o ON o.ancestor_id = v.org_id AND o.org_id = :actor_org
 WHERE v.id = :id AND v.created_by <> :actor
RETURNING id
