-- op: people.phone_reseal_put
-- Replace a sealed number, unless somebody changed it meanwhile.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE people SET phone = :sealed WHERE id = :id AND phone = :old
