-- op: statute.relink
-- A version is in force until the next one is; the law bears its newest title.
-- via: engine
-- in: law_id id
-- out: none
UPDATE law_versions
   SET valid_to = COALESCE((SELECT MIN(n.valid_from) FROM law_versions n
                             WHERE n.law_id = law_versions.law_id AND n.version_day > law_versions.version_day),
                    (SELECT l.repealed_on FROM laws l WHERE l.id = law_versions.law_id), 3000000)
 WHERE law_id = :law_id;
UPDATE laws
   SET title = (SELECT v.title FROM law_versions v WHERE v.law_id = laws.id ORDER BY v.version_day DESC LIMIT 1)
 WHERE id = :law_id;
