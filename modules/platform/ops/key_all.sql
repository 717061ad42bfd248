-- op: vault.key_all
-- Every data key of this store.
-- via: engine
-- store: both
SELECT id, org_id, purpose, master, wrapped, retired_at FROM data_keys ORDER BY id
