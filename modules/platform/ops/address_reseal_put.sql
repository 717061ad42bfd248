-- op: outbox.address_reseal_put
-- Replace a sealed address.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE outbox SET address = :sealed WHERE id = :id AND address = :old
