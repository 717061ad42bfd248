-- op: calls.on_duty
-- Whom the roster names for messages: who collects them today, else who is on the line today, else the same of the next day that has somebody;
-- of several the one with the fewest open cases (V03).
-- via: process
-- in: case_id id | org_id id
SELECT d.person_id FROM duty_roster d JOIN people p ON p.id = d.person_id
 WHERE d.day >= local_day(:now) AND d.day <= local_day(:now) + 7 AND p.active = 1
   AND d.org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :org_id)
 ORDER BY d.day, CASE d.duty WHEN 'voicemail' THEN 0 ELSE 1 END,
  (SELECT count(*) FROM cases c WHERE c.assignee_id = d.person_id AND c.ended = 0 AND c.id <> :case_id), d.person_id
 LIMIT 100
