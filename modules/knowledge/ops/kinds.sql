-- op: statute.kinds
-- How many laws there are of each kind.
-- route: GET /api/statutes/kinds
-- role: any
-- out: many {kind text, laws int}
SELECT kind, COUNT(*) AS laws FROM laws GROUP BY kind ORDER BY COUNT(*) DESC, kind;
