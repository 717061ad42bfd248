-- op: audit.unlinked
-- Entries behind the last linked one, in commit order.
-- via: engine
-- store: both
-- in: after id | limit int
SELECT id, at, actor_id, org_id, session_id, ip, action, subject, subject_id, detail, reveal FROM audit
 WHERE id > :after ORDER BY id LIMIT :limit
