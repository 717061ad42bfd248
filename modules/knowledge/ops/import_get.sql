-- op: statute.import_get
-- An upload of the caller's organisation.
-- via: engine
-- in: id id
-- out: one {scope text, name text, kind text, blob_id id, blob_org_id id, version_day int?, valid_from int?, generation int, state text}
SELECT scope, name, kind, blob_id, blob_org_id, version_day, valid_from, generation, state
  FROM law_imports WHERE id = :id AND org_id = :actor_org;
