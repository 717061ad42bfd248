-- op: statute.kinds
-- How many laws there are of each kind.
-- route: GET /api/statutes/kinds
-- role: any
-- out: many {kind text, laws int}
SELECT kind, COUNT(*) AS laws FROM laws l
 WHERE (l.org_id = 0 OR :actor = 1 OR l.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
        OR l.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org))
 GROUP BY kind ORDER BY COUNT(*) DESC, kind;
