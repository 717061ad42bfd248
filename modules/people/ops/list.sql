-- op: people.list
-- Colleagues of the caller's organisation and those below, by id.
-- route: GET /api/people
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance, risk_committee, auditor
-- in: q text? (0..80) | role text? (0..64) | active bool? | before id? | limit int = 50 (1..500)
-- out: many {id id, name text, display_name text, org_id id, org_name text, roles json, skills json, languages json, presence text, lang text,
--    active bool, phone_hint text?, email_hint text?, totp bool, password_must_change bool, locked_until time?, signed_in_at time?,
--    created_at time, version int}
SELECT p.id, p.name, p.display_name, p.org_id, o.name AS org_name,
  coalesce((SELECT '["' || replace(group_list(r.role), ',', '","') || '"]' FROM person_roles r WHERE r.person_id = p.id), '[]') AS roles,
  p.skills, p.languages, p.presence, p.lang, p.active, p.phone_hint, p.email_hint, p.totp_on AS totp, p.password_must_change,
  CASE WHEN p.locked_until > :now THEN p.locked_until END AS locked_until, p.signed_in_at, p.created_at, p.version
  FROM people p JOIN orgs o ON o.id = p.org_id
 WHERE p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor) AND p.id > 1
   AND (:before IS NULL OR p.id < :before) AND (:active IS NULL OR p.active = :active)
   AND (:role IS NULL OR EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = p.id AND r.role = :role))
   AND (:q IS NULL OR p.name_key LIKE '%' || fold(:q) || '%' OR p.display_name LIKE '%' || :q || '%')
 ORDER BY p.id DESC LIMIT :limit
