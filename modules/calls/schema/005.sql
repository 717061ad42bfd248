-- store: cases
-- Statistics look at days, whoever the line belongs to.
CREATE INDEX calls_day ON calls (began_at);
