-- op: test.plant_person
-- A person who can't sign in.
-- via: engine
-- in: id id | org_id id | name text | skills text
INSERT INTO people (id, org_id, name, name_key, display_name, lang, skills, languages, presence, active,
  password_must_change, totp_on, totp_step, created_at, version)
VALUES (:id, :org_id, :name, :name, :name, 'zh', :skills, '[]', 'here', 1, 0, 0, 0, :now, 1)
