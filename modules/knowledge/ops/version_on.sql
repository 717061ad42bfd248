-- op: statute.version_on
-- The version of a law in force on a day; the newest when the day is before them all.
-- via: engine
-- in: law_id id | day int
-- out: one {id id}
SELECT id FROM law_versions
 WHERE law_id = :law_id
 ORDER BY CASE WHEN valid_from <= :day AND :day < valid_to THEN 0 ELSE 1 END, version_day DESC
 LIMIT 1;
