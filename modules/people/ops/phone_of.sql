-- op: account.phone_of
-- A person's sealed telephone, for sending.
-- via: engine
-- in: id id
SELECT org_id, phone FROM people WHERE id = :id AND active = 1
