-- op: account.insert
-- Add a person.
-- via: engine
-- in: id id | org_id id | name text | name_key text | display_name text | phone blob? | phone_hint text? | email blob? |
--    email_hint text? | lang text | skills text | languages text | hash text
INSERT INTO people (id, org_id, name, name_key, display_name, phone, phone_hint, email, email_hint, lang, skills,
  languages, presence, active, password_hash, password_must_change, password_at, totp_on, totp_step, created_at, version)
VALUES (:id, :org_id, :name, :name_key, :display_name, :phone, :phone_hint, :email, :email_hint, :lang, :skills,
  :languages, 'off', 1, :hash, 1, :now, 0, 0, :now, 1)
