-- Whether the payer of an order had no code; see mint.Order. Of orders that were claimed before
-- it was stored, it is not known.
ALTER TABLE orders ADD COLUMN codeless INTEGER NOT NULL DEFAULT 0 CHECK (codeless IN (0, 1)); -- 1: it had no code when the payment was taken
