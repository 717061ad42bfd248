-- op: training.submit
-- Hand the paper in. Choices and judgements are marked at once, cases by a lawyer. Who runs the hotline may hand in what was
-- left lying after its time.
-- route: POST /api/training/sittings/{id}/submit
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- in: id id
-- out: one {id id, state text, points int?, passed bool?}
UPDATE exam_answers SET marked_at = :now, got = CASE
    WHEN given IS NULL OR given = '' THEN 0
    WHEN kind IN ('single', 'judgement') THEN CASE WHEN upper(given) = upper(answer) THEN points ELSE 0 END
    WHEN kind = 'multiple' AND
      CASE WHEN upper(given) LIKE '%A%' THEN 1 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%B%' THEN 2 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%C%' THEN 4 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%D%' THEN 8 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%E%' THEN 16 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%F%' THEN 32 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%G%' THEN 64 ELSE 0 END
      + CASE WHEN upper(given) LIKE '%H%' THEN 128 ELSE 0 END
      = CASE WHEN upper(answer) LIKE '%A%' THEN 1 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%B%' THEN 2 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%C%' THEN 4 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%D%' THEN 8 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%E%' THEN 16 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%F%' THEN 32 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%G%' THEN 64 ELSE 0 END
      + CASE WHEN upper(answer) LIKE '%H%' THEN 128 ELSE 0 END
      THEN points
    WHEN kind = 'multiple' THEN 0
    END
 WHERE got IS NULL AND (kind <> 'case' OR given IS NULL OR given = '')
   AND sitting_id IN (SELECT s.id FROM exam_sittings s JOIN exams e ON e.id = s.exam_id WHERE s.id = :id AND s.state = 'running'
     AND (s.person_id = :actor OR (s.ends_at < :now AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director')))));
UPDATE exam_sittings SET submitted_at = CASE WHEN ends_at < :now THEN ends_at ELSE :now END,
  state = CASE WHEN EXISTS (SELECT 1 FROM exam_answers a WHERE a.sitting_id = exam_sittings.id AND a.got IS NULL) THEN 'marking' ELSE 'marked' END
 WHERE id IN (SELECT s.id FROM exam_sittings s JOIN exams e ON e.id = s.exam_id WHERE s.id = :id AND s.state = 'running'
     AND (s.person_id = :actor OR (s.ends_at < :now AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
       AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director')))));
UPDATE exam_sittings SET points = (SELECT CAST(coalesce(sum(a.got), 0) AS bigint) FROM exam_answers a WHERE a.sitting_id = exam_sittings.id),
  passed = CASE WHEN (SELECT coalesce(sum(a.got), 0) FROM exam_answers a WHERE a.sitting_id = exam_sittings.id)
    >= (SELECT e.pass_points FROM exams e WHERE e.id = exam_sittings.exam_id) THEN 1 ELSE 0 END
 WHERE state = 'marked' AND points IS NULL AND exam_id IN (SELECT s.exam_id FROM exam_sittings s WHERE s.id = :id);
SELECT s.id, s.state, s.points, s.passed FROM exam_sittings s JOIN exams e ON e.id = s.exam_id
 WHERE s.id = :id AND s.state <> 'running'
   AND (s.person_id = :actor OR e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor))
