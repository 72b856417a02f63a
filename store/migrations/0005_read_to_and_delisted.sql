-- How far a launch's events were read: all that happened to it up to this block is
-- in the table events. A launch that is read with all others is at the newest of
-- blocks; one that is behind is read separately, from here on.
ALTER TABLE launches ADD COLUMN read_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE launches ADD COLUMN read_hash BLOB NOT NULL DEFAULT x''; -- of that block; empty: any block of that number

-- Until now a launch with an event was read with the others, and the past of any
-- other may be missing.
UPDATE launches SET read_to = max(deployed_at, 1) - 1;
UPDATE launches SET read_to = (SELECT max(number) FROM blocks), read_hash = (SELECT hash FROM blocks ORDER BY number DESC LIMIT 1)
    WHERE slug IN (SELECT launch FROM events) AND EXISTS (SELECT 1 FROM blocks);

-- A payer's orders in one state are public to ask for, and a payer may have many.
CREATE INDEX orders_by_payer_and_state ON orders (payer, state, seq);

-- The operator took the launch off sale. Its orders are moved on as before.
ALTER TABLE launches ADD COLUMN delisted INTEGER NOT NULL DEFAULT 0;
