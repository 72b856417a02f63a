-- An order may get keys after its claim, at most mint.MaxOrderKeys in all: they are counted
-- without a look at all the keys of its payer.
CREATE INDEX idempotency_by_order ON idempotency (order_id);
