-- store: cases
-- House and local rules belong to an organisation; a law can be repealed; uploads wait for their confirmation.

ALTER TABLE laws ADD COLUMN org_id bigint NOT NULL DEFAULT 0;
ALTER TABLE laws ADD COLUMN repealed_on bigint;
ALTER TABLE laws ADD COLUMN repealed_by text NOT NULL DEFAULT '';

CREATE TABLE law_imports (
  id            bigint PRIMARY KEY,
  org_id        bigint NOT NULL,
  scope         text NOT NULL CHECK (scope IN ('common', 'own')),
  name          text NOT NULL,
  kind          text NOT NULL,
  blob_id       bigint NOT NULL,
  blob_org_id   bigint NOT NULL,
  version_day   bigint,
  valid_from    bigint,
  title         text NOT NULL,
  articles      bigint NOT NULL,
  generation    bigint NOT NULL,
  state         text NOT NULL CHECK (state IN ('waiting', 'done')),
  law_id        bigint,
  by_id         bigint NOT NULL,
  at            bigint NOT NULL
);
CREATE INDEX law_imports_org ON law_imports (org_id, id);
