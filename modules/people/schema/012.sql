-- store: cases
-- Until when an account is locked by failed sign-ins, for the administrator's list.
ALTER TABLE people ADD COLUMN locked_until bigint NOT NULL DEFAULT 0;
