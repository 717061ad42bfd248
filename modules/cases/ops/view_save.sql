-- op: case.view_save
-- Save a list's filters under a name; one of the same name is replaced.
-- route: POST /api/views
-- role: any
-- in: page text (1..60) | name text (1..60) | query json
-- status: 201
-- out: one {id id}
INSERT INTO views (id, person_id, page, name, query, created_at)
VALUES (new_id(), :actor, :page, :name, :query, :now)
ON CONFLICT (person_id, page, name) DO UPDATE SET query = excluded.query
RETURNING id
