-- Whose window has ended and may have to be concluded, without a look at all the
-- others.
CREATE INDEX orders_ending ON orders (launch, CAST(valid_before AS INTEGER), seq) WHERE state IN ('claimed', 'parked', 'minting') AND signature IS NOT NULL;
