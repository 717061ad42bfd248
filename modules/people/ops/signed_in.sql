-- op: account.signed_in
-- Note the moment of a sign-in.
-- via: engine
-- in: id id
UPDATE people SET signed_in_at = :now WHERE id = :id
