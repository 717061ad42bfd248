-- op: role.drop_role
-- Remove a role of the caller's organisation with its changed permissions.
-- via: engine
-- in: name text
DELETE FROM role_grants WHERE org_id = :actor_org AND role = :name;
DELETE FROM roles WHERE org_id = :actor_org AND name = :name
