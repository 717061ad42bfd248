-- op: statute.law_get
-- A law by its id.
-- via: engine
-- in: id id
-- out: one {id id, title text, kind text, org_id id?, repealed_on date?, repealed_by text, title_key text}
SELECT l.id, l.title, l.kind, NULLIF(l.org_id, 0) AS org_id, l.repealed_on, l.repealed_by, l.title_key
  FROM laws l WHERE l.id = :id
   AND (l.org_id = 0 OR :actor = 1 OR l.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR l.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org));
