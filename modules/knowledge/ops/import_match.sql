-- op: statute.import_match
-- The version of a law that a file corrects (same day), else the newest before it.
-- via: engine
-- in: title_key text | version_day int
-- out: one {law_id id, version_id id?, version_day int?}
SELECT l.id AS law_id, v.id AS version_id, v.version_day
  FROM laws l
  LEFT JOIN law_versions v ON v.law_id = l.id AND v.version_day <= :version_day
 WHERE l.title_key = :title_key
 ORDER BY v.version_day DESC LIMIT 1;
