-- op: line.phone_put
-- Keep a desk phone's account.
-- via: engine
-- in: id id | org_id id | name text | ha1 blob
INSERT INTO desk_phones (id, org_id, name, ha1, made_at) VALUES (:id, :org_id, :name, :ha1, :now)
ON CONFLICT (id) DO UPDATE SET ha1 = excluded.ha1, name = excluded.name, made_at = excluded.made_at
