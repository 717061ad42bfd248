-- op: role.drop_grant
-- Go back to what holds without a change.
-- via: engine
-- in: role text | op text
DELETE FROM role_grants WHERE org_id = :actor_org AND role = :role AND op = :op
