-- op: account.set_totp
-- Put a sealed TOTP secret, or take it away.
-- via: engine
-- in: id id | secret blob? | on bool | step int
UPDATE people SET totp_secret = :secret, totp_on = :on, totp_step = :step, version = version + 1 WHERE id = :id
