-- op: client.contact_phone_reseal_put
-- Sealed phones of contacts, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_contacts SET phone = :sealed WHERE id = :id AND phone = :old
