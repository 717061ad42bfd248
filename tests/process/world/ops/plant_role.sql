-- op: test.plant_role
-- A role of a person.
-- via: engine
-- in: person_id id | role text
INSERT INTO person_roles (person_id, role) VALUES (:person_id, :role)
