-- op: audit.unlinked
-- Committed entries without a link. On PostgreSQL ids don't rise in commit order, so a list tells.
-- via: engine
-- store: both
-- in: after id | limit int
SELECT id, at, actor_id, org_id, session_id, ip, action, subject, subject_id, detail, reveal FROM audit
 WHERE id IN (SELECT id FROM audit_new WHERE id > :after ORDER BY id LIMIT :limit) ORDER BY id
