-- op: archive.lead_is_creator
-- Did the file's own lead lawyer ask for it? (A04)
-- via: process
-- in: case_id id | lead id?
SELECT CASE WHEN created_by = :lead THEN 1 ELSE 0 END FROM cases WHERE id = :case_id
