-- store: cases
-- Register of the blob store (src/store/blobs.h). The files lie on disk, encrypted; without the wrapped key they are noise.
CREATE TABLE blobs (
  id bigint PRIMARY KEY,
  org_id bigint NOT NULL,
  address text NOT NULL, -- BLAKE2b-256 keyed by the organisation, hex
  size bigint NOT NULL, -- plain bytes
  sha256 text NOT NULL, -- of the plain bytes, hex: evidence (T05)
  media_type text NOT NULL,
  wrapped_key bytea NOT NULL,
  created_at bigint NOT NULL,
  created_by bigint NOT NULL,
  UNIQUE (org_id, address)
);
