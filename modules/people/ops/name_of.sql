-- op: account.name_of
-- How a person is called.
-- via: engine
-- in: id id
SELECT display_name FROM people WHERE id = :id
