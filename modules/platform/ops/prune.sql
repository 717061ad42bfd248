-- op: feed.prune
-- Forget live events older than a day.
-- via: engine
-- in: before id
DELETE FROM feed WHERE id < :before
