-- Launches that wallets made on this server by themselves, without its operator.
ALTER TABLE launches ADD COLUMN creator BLOB NOT NULL DEFAULT x'' CHECK (length(creator) IN (0, 20)); -- the wallet; empty: the operator
ALTER TABLE launches ADD COLUMN created INTEGER NOT NULL DEFAULT 0; -- when a creator registered it; 0: the operator did

CREATE INDEX launches_by_creator ON launches (creator, created) WHERE creator <> x'';

-- Wallets that may no longer sign in as creators.
CREATE TABLE banned (
    wallet BLOB PRIMARY KEY CHECK (length(wallet) = 20),
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The gas of transactions by launch; see mint.Spending.
CREATE INDEX transactions_by_launch ON transactions (launch, mined_at, cost) WHERE cost IS NOT NULL;
