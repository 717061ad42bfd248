-- op: training.exam_close
-- Close an examination: nobody begins any more, and what is still being written is handed in as it is.
-- route: POST /api/training/exams/{id}/close
-- role: supervisor, director
-- in: id id
-- out: one {id id, state text}
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
   AND sitting_id IN (SELECT s.id FROM exam_sittings s JOIN exams e ON e.id = s.exam_id WHERE e.id = :id AND s.state = 'running'
     AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor));
UPDATE exam_sittings SET submitted_at = CASE WHEN ends_at < :now THEN ends_at ELSE :now END,
  state = CASE WHEN EXISTS (SELECT 1 FROM exam_answers a WHERE a.sitting_id = exam_sittings.id AND a.got IS NULL) THEN 'marking' ELSE 'marked' END
 WHERE id IN (SELECT s.id FROM exam_sittings s JOIN exams e ON e.id = s.exam_id WHERE e.id = :id AND s.state = 'running'
     AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor));
UPDATE exam_sittings SET points = (SELECT CAST(coalesce(sum(a.got), 0) AS bigint) FROM exam_answers a WHERE a.sitting_id = exam_sittings.id),
  passed = CASE WHEN (SELECT coalesce(sum(a.got), 0) FROM exam_answers a WHERE a.sitting_id = exam_sittings.id)
    >= (SELECT e.pass_points FROM exams e WHERE e.id = exam_sittings.exam_id) THEN 1 ELSE 0 END
 WHERE state = 'marked' AND points IS NULL AND exam_id IN (:id);
UPDATE exams SET state = 'closed'
 WHERE id = :id AND state = 'open' AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
RETURNING id, state
