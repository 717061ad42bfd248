-- op: account.drop_roles
-- Take all roles from a person.
-- via: engine
-- in: person_id id
DELETE FROM person_roles WHERE person_id = :person_id
