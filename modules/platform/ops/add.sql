-- op: audit.add
-- Put an entry into the audit log, in the transaction of what it describes.
-- On SQLite the id also tells the order of commits: never below one that is there, whatever the clock does.
-- via: engine
-- store: both
-- in: id id | actor_id id | session_id id | org_id id | at time | ip text? | action text | subject text? | subject_id id | detail text? | reveal bool
INSERT INTO audit (id, at, actor_id, org_id, session_id, ip, action, subject, subject_id, detail, reveal)
VALUES (max(:id, coalesce((SELECT max(id) + 1 FROM audit), 0)), :at, :actor_id, :org_id, :session_id, :ip,
  :action, :subject, :subject_id, :detail, :reveal)
