-- op: people.totp_reseal_put
-- Replace a sealed secret, unless somebody changed it meanwhile.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE people SET totp_secret = :sealed WHERE id = :id AND totp_secret = :old
