-- op: account.change
-- Write a person's changed columns; a parameter that is missing leaves its column.
-- via: engine
-- in: id id | version int? | display_name text? | org_id id? | phone blob? | phone_hint text? | email blob? | email_hint text? |
--    lang text? | skills text? | languages text? | active bool? | presence text?
UPDATE people SET display_name = coalesce(:display_name, display_name), org_id = coalesce(:org_id, org_id),
  phone = CASE WHEN :phone_hint IS NULL THEN phone ELSE :phone END, phone_hint = coalesce(:phone_hint, phone_hint),
  email = CASE WHEN :email_hint IS NULL THEN email ELSE :email END, email_hint = coalesce(:email_hint, email_hint),
  lang = coalesce(:lang, lang), skills = coalesce(:skills, skills), languages = coalesce(:languages, languages),
  active = coalesce(:active, active), presence = coalesce(:presence, presence), version = version + 1
 WHERE id = :id AND (:version IS NULL OR version = :version)
RETURNING version
