-- op: account.email_of
-- A person's sealed mail address, for sending.
-- via: engine
-- in: id id
SELECT org_id, email FROM people WHERE id = :id AND active = 1
