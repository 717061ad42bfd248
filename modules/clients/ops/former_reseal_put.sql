-- op: client.former_reseal_put
-- Sealed former names, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_former_names SET name = :sealed WHERE id = :id AND name = :old
