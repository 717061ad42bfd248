-- op: case.party_put
-- Keep a party; nothing when the case is not one of the caller's organisations.
-- via: engine
-- in: id id | case_id id | role text | client_id id? | name blob | full_blind blob | core_blind blob | pinyin_blind blob
INSERT INTO case_parties (id, case_id, org_id, role, client_id, name, full_blind, core_blind, pinyin_blind, created_at, created_by)
SELECT :id, c.id, c.org_id, :role, :client_id, :name, :full_blind, :core_blind, :pinyin_blind, :now, :actor FROM cases c
 WHERE c.id = :case_id AND c.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
RETURNING id
