-- The operator's arrangement of the home page; see mint.Arrangement. At most one launch has
-- chosen and at most one has front.
ALTER TABLE launches ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0; -- 1: left out of the home page, the lists and the documents
ALTER TABLE launches ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0; -- 1: the launch of /mint
ALTER TABLE launches ADD COLUMN front INTEGER NOT NULL DEFAULT 0; -- 1: its page is at /
ALTER TABLE launches ADD COLUMN place INTEGER NOT NULL DEFAULT 0; -- in the operator's order, from 1; 0: after those, in order of registration

-- When reported was set; 0: before this column was there.
ALTER TABLE launches ADD COLUMN reported_at INTEGER NOT NULL DEFAULT 0;
