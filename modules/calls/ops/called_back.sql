-- op: calls.called_back
-- A missed call was called back by this one.
-- via: engine
-- in: id id | by_call id
UPDATE calls SET called_back_by = :by_call WHERE id = :id AND called_back_by IS NULL
