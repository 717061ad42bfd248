-- op: template.drop_others
-- Templates of the installation whose file is gone: everything not put since a moment.
-- via: engine
-- in: names text (0..20000)
UPDATE templates SET withdrawn_at = :now
 WHERE org_id = 0 AND withdrawn_at IS NULL AND :names NOT LIKE '%,' || name || ',%'
