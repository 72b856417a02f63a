-- Whose window has ended, without a look at all that are parked.
CREATE INDEX orders_ending ON orders (launch, CAST(valid_before AS INTEGER), seq) WHERE state IN ('claimed', 'parked') AND signature IS NOT NULL;
