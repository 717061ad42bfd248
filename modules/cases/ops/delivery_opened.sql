-- op: case.delivery_opened
-- The first time something delivered was opened.
-- via: engine
-- in: id id | case_id id
UPDATE case_deliveries SET opened_at = coalesce(opened_at, :now) WHERE id = :id AND case_id = :case_id RETURNING field
