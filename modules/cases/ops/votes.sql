-- op: case.votes
-- Verdicts of one round of a review.
-- via: engine
-- in: case_id id | review text | round int
SELECT step, person_id, verdict, opinion, at FROM case_votes
 WHERE case_id = :case_id AND review = :review AND round = :round ORDER BY id
