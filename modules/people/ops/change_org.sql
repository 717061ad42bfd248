-- op: org.change_org
-- Write an organisation's changed columns.
-- via: engine
-- in: id id | version int? | parent_id id? | name text? | kind text? | active bool?
UPDATE orgs SET parent_id = coalesce(:parent_id, parent_id), name = coalesce(:name, name), kind = coalesce(:kind, kind),
  active = coalesce(:active, active), version = version + 1
 WHERE id = :id AND (:version IS NULL OR version = :version)
RETURNING version
