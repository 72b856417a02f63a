-- Which orders become final with a block, without a look at all that are not final yet.
CREATE INDEX orders_minted_not_final ON orders (mint_block) WHERE final = 0 AND mint_tx IS NOT NULL;
CREATE INDEX orders_refunded_not_final ON orders (refund_block) WHERE final = 0 AND refund_tx IS NOT NULL;
DROP INDEX orders_not_final;

-- Each claim and each change of a state wrote these, too. Orders in a state are read by
-- launch, and all orders of a payer by state.
DROP INDEX orders_by_state;
DROP INDEX orders_by_payer;
