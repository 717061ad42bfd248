-- op: statute.law_upsert
-- The law of this title, made when it is new.
-- via: engine
-- in: id id | title text | title_key text | kind text | org_id int
-- out: one {id id}
INSERT INTO laws (id, title, title_key, kind, org_id, created_at) VALUES (:id, :title, :title_key, :kind, :org_id, :now)
ON CONFLICT (title_key) DO UPDATE SET kind = excluded.kind
RETURNING id;
