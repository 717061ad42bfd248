-- op: blob.blob_wiped
-- A file is gone from the disk.
-- via: engine
-- in: address text
DELETE FROM blob_wipes WHERE address = :address
