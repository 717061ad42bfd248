-- op: line.phone_all
-- Every desk phone's account of people who are still here.
-- via: engine
SELECT d.id, d.org_id, d.name, d.ha1 FROM desk_phones d JOIN people p ON p.id = d.id WHERE p.active = 1
