-- op: role.raise_version
-- Tell every node that organisations, roles or grants changed.
-- via: engine
UPDATE people_version SET version = version + 1
