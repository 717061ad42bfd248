-- op: blob.blob_wipes
-- Files to be destroyed on the disk; what came again with the same content meanwhile stays.
-- via: engine
-- in: limit int
SELECT w.address, CASE WHEN EXISTS (SELECT 1 FROM blobs b WHERE b.address = w.address) THEN 1 ELSE 0 END AS again FROM blob_wipes w ORDER BY w.at, w.address LIMIT :limit
