-- op: case.sees
-- Does a case lie in the caller's organisations, and has he to do with it?
-- via: engine
-- in: id id
SELECT c.definition_id,
  EXISTS (SELECT 1 FROM actor_orgs ao WHERE ao.actor_id = :actor AND ao.org_id = c.org_id) AS in_org,
  EXISTS (SELECT 1 FROM cases o WHERE o.id = c.id AND (o.created_by = :actor OR o.assignee_id = :actor OR o.first_asker_id = :actor))
    OR EXISTS (SELECT 1 FROM case_votes v WHERE v.case_id = c.id AND v.person_id = :actor)
    OR EXISTS (SELECT 1 FROM case_tasks t WHERE t.case_id = c.id AND t.person_id = :actor)
    OR EXISTS (SELECT 1 FROM case_tasks t JOIN person_roles r ON r.role = t.role AND r.person_id = :actor
                WHERE t.case_id = c.id AND t.done_at IS NULL) AS concerned
 FROM cases c WHERE c.id = :id
