-- op: people.email_reseal_put
-- Replace a sealed mail address, unless somebody changed it meanwhile.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE people SET email = :sealed WHERE id = :id AND email = :old
