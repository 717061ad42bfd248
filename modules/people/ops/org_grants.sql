-- op: role.org_grants
-- What the caller's organisation itself changed for a role.
-- via: engine
-- in: role text
SELECT op, allow FROM role_grants WHERE org_id = :actor_org AND role = :role
