-- op: vault.key_current
-- The key that seals new values of an organisation for a purpose.
-- via: engine
-- store: both
-- in: org_id id | purpose text
SELECT id, org_id, purpose, master, wrapped, retired_at FROM data_keys
 WHERE org_id = :org_id AND purpose = :purpose AND retired_at IS NULL
