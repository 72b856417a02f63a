-- Payments that passed a simulation and that a batch of ours reported as skipped. A row counts
-- while its transaction is mined; see mined_at.
CREATE TABLE skips (
    transaction_id INTEGER NOT NULL,
    order_id BLOB NOT NULL CHECK (length(order_id) = 32),
    payer    BLOB NOT NULL CHECK (length(payer) = 20),
    by_code  INTEGER NOT NULL,            -- 1: only code at the payer can be the reason
    PRIMARY KEY (transaction_id, order_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX skips_by_payer ON skips (payer, transaction_id, by_code);

ALTER TABLE transactions ADD COLUMN burned TEXT; -- the part of cost, in wei, that code at the payers of skipped payments took; null if none

CREATE INDEX transactions_burned ON transactions (mined_at, burned) WHERE burned IS NOT NULL;
