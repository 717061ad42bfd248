-- op: account.set_password
-- Put a new password hash.
-- via: engine
-- in: id id | hash text | must_change bool
UPDATE people SET password_hash = :hash, password_must_change = :must_change, password_at = :now,
  version = version + 1 WHERE id = :id
