-- op: vault.key_put
-- Keep a new key, unless somebody was faster.
-- via: engine
-- store: both
-- in: id id | org_id id | purpose text | master text | wrapped blob
INSERT INTO data_keys (id, org_id, purpose, master, wrapped, created_at)
VALUES (:id, :org_id, :purpose, :master, :wrapped, :now)
ON CONFLICT (org_id, purpose) WHERE retired_at IS NULL DO NOTHING
