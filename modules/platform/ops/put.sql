-- op: inbox.put
-- A message in a person's own list.
-- via: engine
-- in: id id | at time | org_id id | person_id id | template text | params text? | case_id id
INSERT INTO inbox (id, at, org_id, person_id, template, params, case_id)
VALUES (:id, :at, :org_id, :person_id, :template, :params, :case_id)
