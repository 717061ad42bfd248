-- op: client.field_bank_account_reseal_put
-- Sealed values of the field bank_account, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE client_fields SET value = :sealed WHERE client_id = :id AND field = 'bank_account' AND value = :old
