-- op: statute.version_upsert
-- The version of a law that was adopted on this day.
-- via: engine
-- in: id id | law_id id | title text | version_day int | valid_from int | events json
-- out: one {id id}
INSERT INTO law_versions (id, law_id, title, version_day, valid_from, valid_to, events)
VALUES (:id, :law_id, :title, :version_day, :valid_from, 3000000, :events)
ON CONFLICT (law_id, version_day)
DO UPDATE SET title = excluded.title, valid_from = excluded.valid_from, events = excluded.events
RETURNING id;
