-- op: case.ledger_add
-- An entry in a ledger.
-- via: engine
-- in: id id | org_id id | ledger text | kind text | case_id id? | person_id id? | text text (0..8000) | source text?
INSERT INTO ledger (id, org_id, ledger, at, kind, case_id, person_id, text, source)
VALUES (:id, :org_id, :ledger, :now, :kind, :case_id, :person_id, :text, :source)
