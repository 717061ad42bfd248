-- op: blob.blob_release
-- Forget a file that nothing refers to any more; its key goes with the row. Contents are shared: whoever keeps a blob_id stands here, twice.
-- via: engine
-- in: id id
INSERT INTO blob_wipes (address, org_id, at) SELECT b.address, b.org_id, :now FROM blobs b
 WHERE b.id = :id
   AND NOT EXISTS (SELECT 1 FROM call_recordings g WHERE g.blob_id = b.id AND g.destroyed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM case_attachments a WHERE a.blob_id = b.id)
   AND NOT EXISTS (SELECT 1 FROM template_versions v WHERE v.blob_id = b.id)
   AND NOT EXISTS (SELECT 1 FROM law_imports i WHERE i.blob_id = b.id)
ON CONFLICT (address) DO NOTHING;
DELETE FROM blobs WHERE id = :id
   AND NOT EXISTS (SELECT 1 FROM call_recordings g WHERE g.blob_id = blobs.id AND g.destroyed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM case_attachments a WHERE a.blob_id = blobs.id)
   AND NOT EXISTS (SELECT 1 FROM template_versions v WHERE v.blob_id = blobs.id)
   AND NOT EXISTS (SELECT 1 FROM law_imports i WHERE i.blob_id = blobs.id)
