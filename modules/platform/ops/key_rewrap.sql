-- op: vault.key_rewrap
-- The same key under another master key.
-- via: engine
-- store: both
-- in: id id | master text | wrapped blob
UPDATE data_keys SET master = :master, wrapped = :wrapped WHERE id = :id
