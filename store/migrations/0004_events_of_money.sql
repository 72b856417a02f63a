-- Money that came without a mint, without a look at all the mints. A mint that
-- brings its money itself is not in it.
CREATE INDEX events_of_money ON events (launch, block, log_index) WHERE kind IN ('settled', 'received');
