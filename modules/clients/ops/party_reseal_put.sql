-- op: case.party_reseal_put
-- Sealed names of parties, sealed again, unless somebody changed it meanwhile.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE case_parties SET name = :sealed WHERE id = :id AND name = :old
