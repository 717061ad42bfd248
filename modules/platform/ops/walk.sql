-- op: audit.walk
-- Links with their entries, in order; an entry that is gone leaves its columns empty.
-- via: engine
-- store: both
-- in: after int | limit int
SELECT l.seq, l.audit_id, l.hash, a.id, a.at, a.actor_id, a.org_id, a.session_id, a.ip, a.action, a.subject,
  a.subject_id, a.detail, a.reveal
  FROM audit_link l LEFT JOIN audit a ON a.id = l.audit_id
 WHERE l.seq > :after ORDER BY l.seq LIMIT :limit
