-- op: vault.key_retire
-- From now on this key only opens what it sealed.
-- via: engine
-- store: both
-- in: id id
UPDATE data_keys SET retired_at = :now WHERE id = :id AND retired_at IS NULL
