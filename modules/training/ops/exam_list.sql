-- op: training.exam_list
-- Examinations: those open to the caller and, for who runs them, all; with the caller's own best result.
-- route: GET /api/training/exams
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- in: before id? | limit int = 50 (1..200)
-- out: many {id id, name text, purpose text, minutes int, pass_points int, total_points int, questions int, attempts int, used int, role text?,
--    opens_at time?, closes_at time?, state text, running id?, best int?, passed bool, may_start bool}
SELECT e.id, e.name, e.purpose, e.minutes, e.pass_points, e.attempts, e.role, e.opens_at, e.closes_at, e.state,
  CAST(coalesce((SELECT sum(r.questions * r.points) FROM exam_rules r WHERE r.exam_id = e.id), 0) AS bigint) AS total_points,
  CAST(coalesce((SELECT sum(r.questions) FROM exam_rules r WHERE r.exam_id = e.id), 0) AS bigint) AS questions,
  (SELECT count(*) FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor) AS used,
  (SELECT s.id FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor AND s.state = 'running') AS running,
  (SELECT max(s.points) FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor AND s.state = 'marked') AS best,
  CASE WHEN EXISTS (SELECT 1 FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor AND s.passed = 1) THEN 1 ELSE 0 END AS passed,
  CASE WHEN e.state = 'open' AND (e.opens_at IS NULL OR e.opens_at <= :now) AND (e.closes_at IS NULL OR e.closes_at > :now)
    AND (e.role IS NULL OR EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role = e.role))
    AND (SELECT count(*) FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor) < e.attempts
    AND NOT EXISTS (SELECT 1 FROM exam_sittings s WHERE s.exam_id = e.id AND s.person_id = :actor AND s.state = 'running')
    THEN 1 ELSE 0 END AS may_start
  FROM exams e
 WHERE (e.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org)
     OR e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor))
   AND (EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director'))
     OR e.created_by = :actor OR (e.state <> 'draft'
     AND (e.role IS NULL OR EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role = e.role))))
   AND (:before IS NULL OR e.id < :before)
 ORDER BY e.id DESC LIMIT :limit
