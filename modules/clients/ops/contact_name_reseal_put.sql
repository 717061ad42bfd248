-- op: client.contact_name_reseal_put
-- Sealed names of contacts, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_contacts SET name = :sealed WHERE id = :id AND name = :old
