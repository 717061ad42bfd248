-- op: client.field_email_reseal_put
-- Sealed values of the field email, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_fields SET value = :sealed WHERE client_id = :id AND field = 'email' AND value = :old
