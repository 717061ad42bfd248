-- op: blob.blob_reseal_put
-- Replace a wrapped key, unless somebody changed it meanwhile.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE blobs SET wrapped_key = :sealed WHERE id = :id AND wrapped_key = :old
