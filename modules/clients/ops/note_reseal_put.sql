-- op: client.note_reseal_put
-- Sealed notes, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- store: clients
-- in: id id | old blob | sealed blob
UPDATE clients SET note = :sealed WHERE id = :id AND note = :old
