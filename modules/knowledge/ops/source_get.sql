-- op: statute.source_get
-- What was imported as this part of a version.
-- via: engine
-- in: version_id id | part text
-- out: one {path text, hash text}
SELECT path, hash FROM law_sources WHERE version_id = :version_id AND part = :part;
