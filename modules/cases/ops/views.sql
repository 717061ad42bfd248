-- op: case.views
-- Lists the caller has saved under a name.
-- route: GET /api/views
-- role: any
-- in: page text? (0..60)
-- out: many {id id, page text, name text, query json, created_at time}
SELECT id, page, name, query, created_at FROM views
 WHERE person_id = :actor AND (:page IS NULL OR page = :page) ORDER BY name
