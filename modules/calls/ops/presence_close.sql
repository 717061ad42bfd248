-- op: calls.presence_close
-- At a start of the line nobody is signed in: whoever still was when it ended left at the last moment anything was recorded.
-- via: engine
-- in: org_id id
INSERT INTO line_presence (id, org_id, person_id, at, state, reason)
SELECT new_id(), l.org_id, l.person_id, (SELECT greatest2(max(m.at), coalesce((SELECT max(e.at) FROM call_events e WHERE e.person_id = l.person_id AND e.kind IN ('answered', 'guest_answered')), 0))
    FROM line_presence m WHERE m.org_id = :org_id), 'away', 'restart'
  FROM line_presence l
 WHERE l.org_id = :org_id AND l.state <> 'away'
   AND l.id = (SELECT q.id FROM line_presence q WHERE q.person_id = l.person_id ORDER BY q.at DESC, q.id DESC LIMIT 1)
