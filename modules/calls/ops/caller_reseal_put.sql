-- op: calls.caller_reseal_put
-- Replace a sealed number.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE calls SET caller = :sealed WHERE id = :id AND caller = :old
