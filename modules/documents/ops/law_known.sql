-- op: template.law_known
-- How many laws are loaded at all.
-- via: engine
SELECT COUNT(*) FROM laws
