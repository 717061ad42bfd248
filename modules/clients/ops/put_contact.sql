-- op: client.put_contact
-- Keep a contact.
-- via: engine
-- store: clients
-- in: id id | client_id id | role text? | name blob | phone blob? | phone_hint text? | blind blob?
INSERT INTO client_contacts (id, client_id, role, name, phone, phone_hint, blind, created_at)
VALUES (:id, :client_id, :role, :name, :phone, :phone_hint, :blind, :now)
