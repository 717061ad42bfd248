-- op: client.field_id_number_reseal_put
-- Sealed values of the field id_number, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_fields SET value = :sealed WHERE client_id = :id AND field = 'id_number' AND value = :old
