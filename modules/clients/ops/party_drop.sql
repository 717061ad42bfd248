-- op: case.party_drop
-- Take a party from a case.
-- route: DELETE /api/cases/{id}/parties/{party}
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, supervisor, director, admin, compliance
-- in: id id | party id
-- out: one {id id}
DELETE FROM case_parties WHERE id = :party AND case_id = :id
  AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
RETURNING id
