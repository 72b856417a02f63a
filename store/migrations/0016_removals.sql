-- How often the operator removed the launch from the lists: hid it, or took it off sale. It never
-- falls, and so neither does the version of the token list.
ALTER TABLE launches ADD COLUMN removals INTEGER NOT NULL DEFAULT 0;
UPDATE launches SET removals = 1 WHERE hidden = 1 OR delisted = 1;
