-- op: training.exam_create
-- Set an examination up; its rules come next, then it is opened.
-- route: POST /api/training/exams
-- role: supervisor, director
-- status: 201
-- in: name text (2..80) | purpose (pre_job|regular|practice) = regular | minutes int = 60 (1..480) | pass_points int = 60 (0..1000) |
--   attempts int = 1 (1..20) | role text? (1..40) | opens_at time? | closes_at time?
-- out: one {id id}
INSERT INTO exams (id, org_id, name, purpose, minutes, pass_points, attempts, role, opens_at, closes_at, state, created_by, created_at)
VALUES (new_id(), :actor_org, :name, :purpose, :minutes, :pass_points, :attempts, :role, :opens_at, :closes_at, 'draft', :actor, :now)
RETURNING id
