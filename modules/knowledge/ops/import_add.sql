-- op: statute.import_add
-- A file that waits for its import to be confirmed.
-- via: engine
-- in: id id | scope text | name text | kind text | blob id | version_day int? | valid_from int? | title text | articles int | generation int
-- out: none
INSERT INTO law_imports (id, org_id, scope, name, kind, blob_id, blob_org_id, version_day, valid_from, title, articles, generation, state, by_id, at)
VALUES (:id, :actor_org, :scope, :name, :kind, :blob, :actor_org, :version_day, :valid_from, :title, :articles, :generation, 'waiting', :actor, :now);
