-- op: role.put_grant
-- Keep a changed permission.
-- via: engine
-- in: role text | op text | allow bool
INSERT INTO role_grants (org_id, role, op, allow, by_id, at) VALUES (:actor_org, :role, :op, :allow, :actor, :now)
ON CONFLICT (org_id, role, op) DO UPDATE SET allow = excluded.allow, by_id = excluded.by_id, at = excluded.at
