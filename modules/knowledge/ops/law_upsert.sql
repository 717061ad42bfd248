-- op: statute.law_upsert
-- The law of this title, made when it is new.
-- via: engine
-- in: id id | title text | title_key text | kind text
-- out: one {id id}
INSERT INTO laws (id, title, title_key, kind, created_at) VALUES (:id, :title, :title_key, :kind, :now)
ON CONFLICT (title_key) DO UPDATE SET kind = excluded.kind
RETURNING id;
