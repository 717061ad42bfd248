-- store: cases
-- Calendars of an organisation: duty hours and the days that aren't what their weekday says.
CREATE TABLE calendars (
    id bigint PRIMARY KEY,
    org_id bigint NOT NULL,
    name text NOT NULL,
    base text,                            -- calendar whose days it shares, looked up from this organisation upwards
    label_zh text NOT NULL,
    label_en text NOT NULL,
    zone text NOT NULL,                   -- IANA name
    windows text NOT NULL,                -- JSON: [{"days":[1,2],"from":"08:30","to":"11:30"}]
    make_up_days_run bigint NOT NULL,     -- 0/1
    days_off_run bigint NOT NULL,         -- 0/1
    working_days text NOT NULL CHECK (working_days IN ('official', 'windows')),
    days_end text NOT NULL CHECK (days_end IN ('duty', 'midnight')),
    source text,
    updated_at bigint NOT NULL,
    UNIQUE (org_id, name)
);
CREATE TABLE calendar_days (
    calendar_id bigint NOT NULL,
    day bigint NOT NULL,                  -- days since 1970-01-01
    kind text NOT NULL CHECK (kind IN ('off', 'work')),
    label text NOT NULL,
    PRIMARY KEY (calendar_id, day)
);
-- Years whose official days have been entered completely.
CREATE TABLE calendar_years (
    calendar_id bigint NOT NULL,
    year bigint NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (calendar_id, year)
);
-- One row: rises with every change, so that each node knows when to read again.
CREATE TABLE calendar_version (
    id bigint PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL
);
INSERT INTO calendar_version (id, version) VALUES (1, 1);
