-- op: case.has_voted
-- Did the actor ever take part in a review or hold a task of this case?
-- via: engine
-- in: case_id id
SELECT 1 WHERE EXISTS (SELECT 1 FROM case_votes WHERE case_id = :case_id AND person_id = :actor)
    OR EXISTS (SELECT 1 FROM case_tasks WHERE case_id = :case_id AND person_id = :actor)
    OR EXISTS (SELECT 1 FROM case_tasks t JOIN person_roles r ON r.role = t.role AND r.person_id = :actor
                WHERE t.case_id = :case_id AND t.done_at IS NULL)
