-- The final block up to which a launch was read a second time, some time after the
-- first: an index of logs that lagged has caught up by then.
ALTER TABLE launches ADD COLUMN read_twice_to INTEGER NOT NULL DEFAULT 0;

-- Blocks that an earlier program read are not read again.
UPDATE launches SET read_twice_to = min(read_to, (SELECT coalesce(max(number), 0) FROM blocks WHERE final));
