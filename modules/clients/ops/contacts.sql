-- op: client.contacts
-- The contacts of a client.
-- via: engine
-- store: clients
-- in: client_id id
SELECT id, role, name, phone, phone_hint FROM client_contacts WHERE client_id = :client_id ORDER BY id
