-- op: client.drop_contacts
-- Forget contacts, to be written anew.
-- via: engine
-- store: clients
-- in: client_id id
DELETE FROM client_contacts WHERE client_id = :client_id
