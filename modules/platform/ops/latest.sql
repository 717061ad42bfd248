-- op: feed.latest
-- Id of the newest live event, 0 when there is none.
-- via: engine
SELECT coalesce(max(id), 0) FROM feed
