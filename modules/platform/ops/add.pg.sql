-- op: audit.add
-- Put an entry into the audit log, in the transaction of what it describes, and into the list of those to link.
-- via: engine
-- store: both
-- in: id id | actor_id id | session_id id | org_id id | at time | ip text? | action text | subject text? | subject_id id | detail text? | reveal bool
WITH entry AS (
  INSERT INTO audit (id, at, actor_id, org_id, session_id, ip, action, subject, subject_id, detail, reveal)
  VALUES (:id, :at, :actor_id, :org_id, :session_id, :ip, :action, :subject, :subject_id, :detail, :reveal)
  RETURNING id)
INSERT INTO audit_new (id) SELECT id FROM entry
