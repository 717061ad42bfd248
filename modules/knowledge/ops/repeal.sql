-- op: statute.repeal
-- A law is no longer in force from a day on; with `by`, what repealed it. Without a day: take the repeal back.
-- route: POST /api/statutes/{id}/repeal
-- role: editor, legal_team, supervisor, director, admin
-- in: id id | on date? | by text? (0..200)
-- out: one {id id, repealed_on date?}
UPDATE laws SET repealed_on = :on, repealed_by = COALESCE(:by, '')
 WHERE id = :id
   AND (org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR (org_id = 0 AND NOT EXISTS (SELECT 1 FROM org_tree t WHERE t.org_id = :actor_org AND t.ancestor_id NOT IN (0, :actor_org))));
UPDATE law_versions
   SET valid_to = COALESCE((SELECT MIN(n.valid_from) FROM law_versions n
                             WHERE n.law_id = law_versions.law_id AND n.version_day > law_versions.version_day),
                    (SELECT l.repealed_on FROM laws l WHERE l.id = law_versions.law_id), 3000000)
 WHERE law_id = :id;
INSERT INTO knowledge_state (name, generation) VALUES ('statutes', 1)
ON CONFLICT (name) DO UPDATE SET generation = knowledge_state.generation + 1;
UPDATE laws SET title = title
 WHERE id = :id
   AND (org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR (org_id = 0 AND NOT EXISTS (SELECT 1 FROM org_tree t WHERE t.org_id = :actor_org AND t.ancestor_id NOT IN (0, :actor_org))))
RETURNING id, repealed_on;
