-- op: case.party_find
-- Parties of cases that are called so: same name, same without the legal form, same sound.
-- via: engine
-- in: full_blind blob | core_blind blob | pinyin_blind blob? | limit int
SELECT p.id, p.role, p.name, p.client_id, p.case_id, p.org_id, c.number,
  CASE WHEN p.full_blind = :full_blind THEN 'full' WHEN p.core_blind = :core_blind THEN 'core' ELSE 'pinyin' END AS why
  FROM case_parties p JOIN cases c ON c.id = p.case_id
 WHERE (p.full_blind = :full_blind OR p.core_blind = :core_blind OR p.pinyin_blind = :pinyin_blind)
   AND p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
 ORDER BY p.id DESC LIMIT :limit
