-- op: client.drop_names
-- Forget how a client was found by name.
-- via: engine
-- store: clients
-- in: client_id id
DELETE FROM client_names WHERE client_id = :client_id
