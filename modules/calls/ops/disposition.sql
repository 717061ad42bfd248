-- op: calls.disposition
-- How the operator sums the call up; only of one's own.
-- via: engine
-- in: id id | disposition text?
UPDATE calls SET disposition = coalesce(:disposition, disposition) WHERE id = :id AND (operator_id = :actor OR operator_id IS NULL)
