-- op: session.lookup
-- The session of a token with its person, and the version of the roles.
-- via: engine
-- in: token_hash blob
SELECT s.id, s.person_id, s.seen_at, s.expires_at, p.org_id, p.name, p.display_name, p.lang, p.password_must_change,
  p.totp_on, o.name AS org_name, v.version,
  (SELECT group_list(r.role) FROM person_roles r WHERE r.person_id = p.id) AS roles
  FROM sessions s JOIN people p ON p.id = s.person_id JOIN orgs o ON o.id = p.org_id JOIN people_version v ON v.one = 1
 WHERE s.token_hash = :token_hash AND s.ended_at IS NULL AND p.active = 1 AND o.active = 1
