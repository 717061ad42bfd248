-- op: case.person_name
-- Display name of a person.
-- via: engine
-- in: id id
SELECT display_name FROM people WHERE id = :id
