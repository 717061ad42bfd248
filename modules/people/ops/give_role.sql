-- op: account.give_role
-- Give a person a role.
-- via: engine
-- in: person_id id | role text
INSERT INTO person_roles (person_id, role) VALUES (:person_id, :role) ON CONFLICT (person_id, role) DO NOTHING
