-- op: client.insert
-- Add a client's row.
-- via: engine
-- store: clients
-- in: id id | org_id id | kind text | field text? | tier text | member bool | lang text | note blob?
INSERT INTO clients (id, org_id, kind, field, tier, member, lang, note, created_at, created_by, updated_at, version)
VALUES (:id, :org_id, :kind, :field, :tier, :member, :lang, :note, :now, :actor, :now, 1)
