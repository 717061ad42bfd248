-- store: cases
-- Every version of a template that was ever in force: documents are pinned to theirs by its hash.
-- org_id 0: of the installation (built in, or of the profile). format md: `body` is the text; docx: the blob is the file.
-- search: folded name, title, pinyin, initials and need.
CREATE TABLE template_versions (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  name text NOT NULL,
  hash text NOT NULL,
  format text NOT NULL CHECK (format IN ('md', 'docx')),
  title_zh text NOT NULL,
  title_en text NOT NULL,
  kind text NOT NULL,
  search text NOT NULL,
  body text,
  blob_id bigint,
  created_at bigint NOT NULL,
  created_by bigint NOT NULL,
  UNIQUE (org_id, name, hash)
);

-- Which version of a name is in force.
CREATE TABLE templates (
  org_id bigint NOT NULL,
  name text NOT NULL,
  version_id bigint NOT NULL,
  withdrawn_at bigint,
  PRIMARY KEY (org_id, name)
);

-- Verdicts of lawyers; the newest of the nearest organisation counts, also for the organisations below.
CREATE TABLE template_reviews (
  id bigint NOT NULL PRIMARY KEY,
  version_id bigint NOT NULL,
  org_id bigint NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('reviewed', 'rejected')),
  note text,
  at bigint NOT NULL,
  by_id bigint NOT NULL
);
CREATE INDEX template_reviews_version ON template_reviews (version_id, org_id);

-- A document made for a case. answers: sealed JSON of what was filled in.
CREATE TABLE documents (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  case_id bigint NOT NULL,
  version_id bigint NOT NULL,
  title text NOT NULL,
  answers bytea NOT NULL,
  pages bigint,
  pdf_id bigint,
  docx_id bigint,
  created_at bigint NOT NULL,
  created_by bigint NOT NULL
);
CREATE INDEX documents_case ON documents (case_id, id);
CREATE INDEX documents_version ON documents (version_id, id);
