-- op: case.party_wipe
-- Erase an erased client as a party: the row and its role stay.
-- via: engine
-- in: client_id id
DELETE FROM case_parties WHERE client_id = :client_id
