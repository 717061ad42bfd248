-- op: case.definition_put
-- Keep a definition under its hash; the row that is there already stays as it is.
-- via: engine
-- in: id id | name text | hash text | body text (0..4000000)
INSERT INTO definitions (id, name, hash, body, created_at) VALUES (:id, :name, :hash, :body, :now)
ON CONFLICT (hash) DO UPDATE SET name = excluded.name
RETURNING id
