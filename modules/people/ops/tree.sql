-- op: org.tree
-- The caller's organisation and all below, parents first.
-- route: GET /api/orgs
-- role: any
-- out: many {id id, parent_id id?, name text, kind text, active bool, depth int, people int, version int}
SELECT o.id, o.parent_id, o.name, o.kind, o.active, t.depth,
  (SELECT count(*) FROM people p WHERE p.org_id = o.id AND p.active = 1 AND p.id > 1) AS people, o.version
  FROM orgs o JOIN org_tree t ON t.org_id = o.id AND t.ancestor_id = 0
 WHERE o.id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor) AND o.id <> 0 ORDER BY t.depth, o.id
