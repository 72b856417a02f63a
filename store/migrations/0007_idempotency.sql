-- The payer's own names for purchases: a later payment under a name is refused while
-- the order that was claimed under it may still buy or has bought. A row is written
-- with its order and stays as long.
CREATE TABLE idempotency (
    payer    BLOB NOT NULL CHECK (length(payer) = 20),
    key      TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255), -- printable ASCII
    order_id BLOB NOT NULL REFERENCES orders (id),
    PRIMARY KEY (payer, key)
) STRICT, WITHOUT ROWID;
