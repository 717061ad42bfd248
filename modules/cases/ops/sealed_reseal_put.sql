-- op: case.sealed_reseal_put
-- Replace the sealed fields of a case, unless somebody changed them meanwhile.
-- via: engine
-- in: id id | old text | sealed text
UPDATE cases SET sealed = :sealed WHERE id = :id AND sealed = :old
