-- op: vault.key_by_id
-- The key that a sealed value names.
-- via: engine
-- store: both
-- in: id id
SELECT id, org_id, purpose, master, wrapped, retired_at FROM data_keys WHERE id = :id
