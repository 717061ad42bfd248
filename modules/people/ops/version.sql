-- op: role.version
-- Raised by every change of organisations, roles and grants.
-- via: engine
SELECT version FROM people_version
