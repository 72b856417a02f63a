-- What our transactions paid for gas.
ALTER TABLE transactions ADD COLUMN mined_at INTEGER; -- when its block was first seen here; null as mined_block is
ALTER TABLE transactions ADD COLUMN cost TEXT;        -- wei that it paid there; null if the receipt did not say

CREATE INDEX transactions_paid ON transactions (mined_at, cost) WHERE cost IS NOT NULL;
