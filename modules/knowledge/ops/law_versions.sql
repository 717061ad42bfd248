-- op: statute.law_versions
-- The versions of a law, newest first.
-- via: engine
-- in: law_id id
-- out: many {id id, version_date date?, valid_from date?, valid_to date?, events json}
SELECT id, NULLIF(version_day, 0) AS version_date, NULLIF(valid_from, 0) AS valid_from,
       NULLIF(valid_to, 3000000) AS valid_to, events
  FROM law_versions WHERE law_id = :law_id ORDER BY version_day DESC;
