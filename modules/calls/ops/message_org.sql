-- op: calls.message_org
-- In which organisation a message's case is opened: that of the person the roster names next, else the nearest one, the line's own or below it, that has somebody
-- with this role. A line may belong to a province and be served in its cities.
-- via: engine
-- in: org_id id | role text
SELECT p.org_id FROM people p JOIN person_roles r ON r.person_id = p.id AND r.role = :role
  JOIN org_tree t ON t.org_id = p.org_id AND t.ancestor_id = :org_id
  LEFT JOIN duty_roster d ON d.person_id = p.id AND d.day >= local_day(:now) AND d.day <= local_day(:now) + 7
 WHERE p.active = 1
 ORDER BY CASE WHEN d.day IS NULL THEN 1 ELSE 0 END, d.day, CASE WHEN d.duty = 'voicemail' THEN 0 ELSE 1 END, t.depth,
  (SELECT count(*) FROM cases c WHERE c.assignee_id = p.id AND c.ended = 0), p.id
 LIMIT 1
