-- op: session.end_all
-- End all sessions of a person but one.
-- via: engine
-- in: person_id id | but id
UPDATE sessions SET ended_at = :now WHERE person_id = :person_id AND id <> :but AND ended_at IS NULL
