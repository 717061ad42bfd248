-- op: people.get
-- One colleague.
-- route: GET /api/people/{id}
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance, risk_committee, auditor
-- in: id id
-- out: one {id id, name text, display_name text, org_id id, org_name text, roles json, skills json, languages json, presence text, lang text,
--    active bool, phone_hint text?, email_hint text?, totp bool, password_must_change bool, locked_until time?, signed_in_at time?,
--    created_at time, version int}
SELECT p.id, p.name, p.display_name, p.org_id, o.name AS org_name,
  coalesce((SELECT '["' || replace(group_list(r.role), ',', '","') || '"]' FROM person_roles r WHERE r.person_id = p.id), '[]') AS roles,
  p.skills, p.languages, p.presence, p.lang, p.active, p.phone_hint, p.email_hint, p.totp_on AS totp, p.password_must_change,
  CASE WHEN p.locked_until > :now THEN p.locked_until END AS locked_until, p.signed_in_at, p.created_at, p.version
  FROM people p JOIN orgs o ON o.id = p.org_id
 WHERE p.id = :id AND p.id > 1 AND p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
