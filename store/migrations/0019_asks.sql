-- What remote facilitators were asked to settle, stored before they are asked; see facilitator.Ask.
CREATE TABLE asks (
    id          INTEGER PRIMARY KEY,
    order_id    BLOB NOT NULL CHECK (length(order_id) = 32),
    facilitator TEXT NOT NULL,            -- its name in the operator's list
    asked       INTEGER NOT NULL,
    answered    INTEGER NOT NULL,         -- 0: there is no answer
    outcome     TEXT NOT NULL,            -- facilitator.Kind; empty: there is no answer
    tx          BLOB NOT NULL,            -- transaction that the answer names, or empty; not proven
    why         TEXT NOT NULL             -- the facilitator's words, or the error, or empty
) STRICT;
-- For the rule that no batch carries a payment that a facilitator may still settle.
CREATE INDEX asks_by_order ON asks (order_id, outcome);
