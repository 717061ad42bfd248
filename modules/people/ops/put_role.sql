-- op: role.put_role
-- Add a role of the caller's organisation, or change it.
-- via: engine
-- in: name text | label_zh text | label_en text | tier int | based_on text
INSERT INTO roles (org_id, name, label_zh, label_en, tier, based_on)
VALUES (:actor_org, :name, :label_zh, :label_en, :tier, :based_on)
ON CONFLICT (org_id, name) DO UPDATE SET label_zh = excluded.label_zh, label_en = excluded.label_en,
  tier = excluded.tier, based_on = excluded.based_on
