-- op: line.phone_reseal_put
-- Replace a desk phone's sealed secret.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE desk_phones SET ha1 = :sealed WHERE id = :id AND ha1 = :old
