-- What subscribers read: every change of an order's state, and of a launch's standing,
-- written in the transaction of the change. Sequences have no gaps. The oldest rows are
-- deleted and the newest is always kept, so that max(sequence) + 1 is new.
CREATE TABLE changes (
    sequence   INTEGER PRIMARY KEY,
    type       TEXT NOT NULL,             -- mint.ChangeType
    at         INTEGER NOT NULL,
    launch     TEXT NOT NULL,
    payment_id BLOB CHECK (length(payment_id) = 32), -- null in a launch's change
    payer      BLOB CHECK (length(payer) = 20),      -- null in a launch's change
    quantity   INTEGER NOT NULL,
    state      TEXT NOT NULL,             -- mint.State of the order; of a launch, its mint.Standing
    final      INTEGER NOT NULL,          -- 1: the state can never change again
    tx         BLOB CHECK (length(tx) = 32) -- that minted, refunded or settled the order, or null
) STRICT;

-- mint.Standing that the launch's newest change reported; empty if there is none.
ALTER TABLE launches ADD COLUMN reported TEXT NOT NULL DEFAULT '';

-- How far each webhook endpoint is.
CREATE TABLE webhooks (
    name          TEXT PRIMARY KEY,       -- in the operator's file of endpoints
    cursor        INTEGER NOT NULL,       -- all changes up to this sequence are delivered
    delivered     BLOB NOT NULL,          -- bit n, the lowest of a byte first: change cursor + 1 + n is delivered
    failing_since INTEGER NOT NULL,       -- first failure of the oldest undelivered change; 0: none
    failures      INTEGER NOT NULL,       -- attempts of it that failed
    next          INTEGER NOT NULL,       -- when it is tried again; 0: at once
    error         TEXT NOT NULL,          -- of the last failed attempt, or empty
    disabled      INTEGER NOT NULL,       -- when it was disabled; 0: it is not
    updated       INTEGER NOT NULL
) STRICT;
