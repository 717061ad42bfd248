-- op: session.end_one
-- End a session of a person.
-- via: engine
-- in: id id | person_id id
UPDATE sessions SET ended_at = :now WHERE id = :id AND person_id = :person_id AND ended_at IS NULL
