-- op: case.desk_counts
-- Figures of the desk: the caller's open cases, open ones of his own organisation, overdue ones, those of today.
-- via: engine
-- in: today_id id
SELECT
  (SELECT count(*) FROM cases WHERE assignee_id = :actor AND ended = 0) AS mine,
  (SELECT count(*) FROM (SELECT 1 AS one FROM cases WHERE org_id = :actor_org AND ended = 0 LIMIT 10000) AS o) AS open,
  (SELECT count(*) FROM (SELECT 1 AS one FROM cases WHERE org_id = :actor_org AND due_at IS NOT NULL AND due_at < :now LIMIT 10000) AS b) AS breached,
  (SELECT count(*) FROM (SELECT 1 AS one FROM cases WHERE org_id = :actor_org AND id >= :today_id AND created_at >= id_ms(:today_id) LIMIT 10000) AS t) AS today
