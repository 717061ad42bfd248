-- op: case.role_name
-- Texts of a role.
-- via: engine
-- in: role text
SELECT label_zh, label_en FROM roles WHERE name = :role ORDER BY org_id DESC LIMIT 1
