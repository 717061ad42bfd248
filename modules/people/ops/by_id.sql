-- op: account.by_id
-- The same by id.
-- via: engine
-- in: id id
SELECT p.id, p.org_id, p.name, p.display_name, p.lang, p.active, p.password_hash, p.password_must_change,
  p.totp_secret, p.totp_on, p.totp_step, o.name AS org_name, o.active AS org_active,
  (SELECT group_list(r.role) FROM person_roles r WHERE r.person_id = p.id) AS roles
  FROM people p JOIN orgs o ON o.id = p.org_id WHERE p.id = :id
