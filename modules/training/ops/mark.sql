-- op: training.mark
-- Mark a case question. Nobody marks their own; with the last one the result is there.
-- route: POST /api/training/sittings/{id}/answers/{answer}/mark
-- role: lawyer, legal_team, partner, supervisor, director
-- in: id id | answer id | got int (0..100) | remark text? (0..1000)
-- out: one {id id, state text, points int?, passed bool?}
UPDATE exam_answers SET got = least2(:got, points), remark = :remark, marked_by = :actor, marked_at = :now
 WHERE id = :answer AND sitting_id = :id AND kind = 'case' AND EXISTS (SELECT 1 FROM exam_sittings s JOIN exams e ON e.id = s.exam_id
   WHERE s.id = :id AND s.state = 'marking' AND s.person_id <> :actor AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor));
UPDATE exam_sittings SET state = 'marked'
 WHERE id = :id AND state = 'marking' AND NOT EXISTS (SELECT 1 FROM exam_answers a WHERE a.sitting_id = :id AND a.got IS NULL);
UPDATE exam_sittings SET points = (SELECT CAST(coalesce(sum(a.got), 0) AS bigint) FROM exam_answers a WHERE a.sitting_id = exam_sittings.id),
  passed = CASE WHEN (SELECT coalesce(sum(a.got), 0) FROM exam_answers a WHERE a.sitting_id = exam_sittings.id)
    >= (SELECT e.pass_points FROM exams e WHERE e.id = exam_sittings.exam_id) THEN 1 ELSE 0 END
 WHERE state = 'marked' AND points IS NULL AND exam_id IN (SELECT s.exam_id FROM exam_sittings s WHERE s.id = :id);
SELECT s.id, s.state, s.points, s.passed FROM exam_sittings s JOIN exam_answers a ON a.sitting_id = s.id
 WHERE s.id = :id AND a.id = :answer AND a.marked_by = :actor
