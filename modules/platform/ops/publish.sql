-- op: feed.publish
-- Add a live event; it is delivered after the commit.
-- via: engine
-- in: id id | at time | org_id id | person_id id | role text? | case_id id | kind text | data text?
INSERT INTO feed (id, at, org_id, person_id, role, case_id, kind, data)
VALUES (:id, :at, :org_id, :person_id, :role, :case_id, :kind, :data)
