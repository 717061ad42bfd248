-- op: client.drop_former
-- Forget former names, to be written anew.
-- via: engine
-- store: clients
-- in: client_id id
DELETE FROM client_former_names WHERE client_id = :client_id
