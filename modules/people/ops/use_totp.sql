-- op: account.use_totp
-- Use up a one-time code: only steps behind the last used one count (RFC 6238 section 5.2).
-- via: engine
-- in: id id | step int
UPDATE people SET totp_step = :step WHERE id = :id AND totp_step < :step
