-- op: statute.source_put
-- Remember where a part of a version came from.
-- via: engine
-- in: version_id id | part text | path text | hash text | articles int
-- out: none
INSERT INTO law_sources (version_id, part, path, hash, articles, imported_at)
VALUES (:version_id, :part, :path, :hash, :articles, :now)
ON CONFLICT (version_id, part)
DO UPDATE SET path = excluded.path, hash = excluded.hash, articles = excluded.articles, imported_at = excluded.imported_at;
