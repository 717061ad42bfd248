-- op: client.former
-- The former names of a client.
-- via: engine
-- store: clients
-- in: client_id id
SELECT name FROM client_former_names WHERE client_id = :client_id ORDER BY id
