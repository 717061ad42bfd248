-- op: client.field_name_reseal_put
-- Sealed values of the field name, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_fields SET value = :sealed WHERE client_id = :id AND field = 'name' AND value = :old
