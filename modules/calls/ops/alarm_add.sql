-- op: calls.alarm_add
-- An alarm of the line, with its entry in the supervision ledger (T07); the same one within a quarter of an hour is told once.
-- via: engine
-- in: id id | org_id id | at time | kind text | person_id id? | subject text | text text
INSERT INTO line_alarms (id, org_id, at, kind, person_id, subject)
SELECT :id, :org_id, :at, :kind, :person_id, :subject
 WHERE NOT EXISTS (SELECT 1 FROM line_alarms a WHERE a.org_id = :org_id AND a.kind = :kind AND a.subject = :subject
   AND coalesce(a.person_id, 0) = coalesce(:person_id, 0) AND a.over_at IS NULL AND a.at > :at - 900000);
INSERT INTO ledger (id, org_id, ledger, at, kind, case_id, person_id, text, source)
SELECT new_id(), a.org_id, 'supervision', a.at, a.kind, NULL, a.person_id, :text, NULL FROM line_alarms a WHERE a.id = :id;
SELECT id FROM line_alarms WHERE id = :id
