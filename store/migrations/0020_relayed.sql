-- Payments that the facilitator settles for holders of tokens, stored before they are signed for; see relay.Payment.
CREATE TABLE relayed (
    id            BLOB PRIMARY KEY CHECK (length(id) = 32), -- mint.PaymentID
    token         TEXT NOT NULL,          -- name of the token that asked, in the operator's file
    asset         BLOB NOT NULL CHECK (length(asset) = 20),
    payer         BLOB NOT NULL CHECK (length(payer) = 20),
    pay_to        BLOB NOT NULL CHECK (length(pay_to) = 20),
    value         TEXT NOT NULL,          -- base units
    valid_after   TEXT NOT NULL,
    valid_before  TEXT NOT NULL,
    nonce         BLOB NOT NULL CHECK (length(nonce) = 32),
    signature     BLOB NOT NULL,
    gas           INTEGER NOT NULL,       -- limit of the transaction
    since         INTEGER NOT NULL,       -- newest block when it was taken
    taken         INTEGER NOT NULL,
    reserved      INTEGER NOT NULL,       -- gwei that it may cost, while it has not ended
    account_nonce INTEGER UNIQUE,         -- of the transaction; NULL: none is signed
    outcome       TEXT NOT NULL,          -- relay.Outcome; empty: it has not ended
    why           TEXT NOT NULL,          -- reason of a failure, or empty
    tx            BLOB,                   -- transaction of the outcome
    block         INTEGER NOT NULL,       -- of tx, or 0
    cost          INTEGER NOT NULL,       -- gwei that our transaction cost
    ended         INTEGER NOT NULL,       -- 0: it has not
    final         INTEGER NOT NULL        -- 1: the outcome cannot change
) STRICT, WITHOUT ROWID;
CREATE INDEX relayed_by_final ON relayed (final, taken);
CREATE INDEX relayed_by_token ON relayed (token, ended);
-- Every transaction that was signed for one, stored before it was sent.
CREATE TABLE relayed_attempts (
    hash    BLOB PRIMARY KEY CHECK (length(hash) = 32),
    payment BLOB NOT NULL REFERENCES relayed (id),
    raw     BLOB NOT NULL,                -- signed, EIP-2718 encoded
    fee_cap TEXT NOT NULL,                -- wei per gas
    tip_cap TEXT NOT NULL,
    block   INTEGER NOT NULL,             -- newest block when it was signed
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX relayed_attempts_by_payment ON relayed_attempts (payment, at);
