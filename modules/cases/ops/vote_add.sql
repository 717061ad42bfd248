-- op: case.vote_add
-- A verdict of a reviewer.
-- via: engine
-- in: id id | case_id id | review text | round int | step int | person_id id | verdict text | opinion text? (0..8000)
INSERT INTO case_votes (id, case_id, review, round, step, person_id, verdict, opinion, at)
VALUES (:id, :case_id, :review, :round, :step, :person_id, :verdict, :opinion, :now)
