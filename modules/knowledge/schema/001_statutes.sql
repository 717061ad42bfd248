-- store: cases
-- Statutes: law → version → node (heading, article, text). National law is common to all organisations.

CREATE TABLE laws (
  id          bigint PRIMARY KEY,
  title       text NOT NULL,
  title_key   text NOT NULL,
  kind        text NOT NULL,
  created_at  bigint NOT NULL,
  UNIQUE (title_key)
);

CREATE TABLE law_versions (
  id           bigint PRIMARY KEY,
  law_id       bigint NOT NULL,
  title        text NOT NULL,
  version_day  bigint NOT NULL,
  valid_from   bigint NOT NULL,
  valid_to     bigint NOT NULL,
  events       text NOT NULL,
  UNIQUE (law_id, version_day)
);

CREATE TABLE law_sources (
  version_id   bigint NOT NULL,
  part         text NOT NULL,
  path         text NOT NULL,
  hash         text NOT NULL,
  articles     bigint NOT NULL,
  imported_at  bigint NOT NULL,
  PRIMARY KEY (version_id, part)
);

CREATE TABLE law_nodes (
  id           bigint PRIMARY KEY,
  version_id   bigint NOT NULL,
  part         text NOT NULL,
  node_key     text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('heading', 'article', 'text')),
  part_order   bigint NOT NULL,
  position     bigint NOT NULL,
  level        bigint NOT NULL,
  number       text,
  path         text NOT NULL,
  body         text NOT NULL,
  mark         bigint NOT NULL,
  UNIQUE (version_id, part, node_key)
);
CREATE INDEX law_nodes_order ON law_nodes (version_id, part_order, position);

CREATE TABLE knowledge_state (
  name        text PRIMARY KEY,
  generation  bigint NOT NULL
);
