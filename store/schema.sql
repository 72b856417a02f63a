-- Code generated from migrations/ by go test ./store -run TestTheSchema -update. DO NOT EDIT.

-- Shapes used throughout: hashes and payment ids are blobs of 32 bytes,
-- addresses of 20. Times are nanoseconds since 1970 unless a column says
-- seconds. Quantities count allotments. An amount that SQL adds up is an
-- INTEGER of asset base units; one that it only keeps is decimal TEXT.

-- A payment's journey. The facts are columns and state is derived from them by
-- mint.Order.State at every write; it is here to be searched and counted by.
CREATE TABLE orders (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival
    id           BLOB NOT NULL UNIQUE CHECK (length(id) = 32), -- payment id
    launch       TEXT NOT NULL REFERENCES launches (slug),     -- where it counts: claimed_launch, or what the chain showed
    asset        BLOB NOT NULL CHECK (length(asset) = 20),     -- part of the id, so it never changes
    payer        BLOB NOT NULL CHECK (length(payer) = 20),     -- signs, and receives the tokens
    quantity     INTEGER NOT NULL CHECK (quantity >= 0),       -- claimed_quantity, or what the chain showed
    value        TEXT NOT NULL,                                -- base units: claimed_value, or what the chain showed
    state        TEXT NOT NULL,          -- mint.State

    -- What was claimed with us; null in an order first seen on chain. A payer may
    -- sign one payment nonce twice, for other amounts or launches, and one of
    -- those may reach the chain instead: these are what a reorg returns to.
    claimed_launch   TEXT,
    claimed_quantity INTEGER,
    claimed_value    INTEGER,
    pay_to       BLOB,                   -- authorization: to
    auth_value   TEXT,                   -- authorization: value
    valid_after  TEXT,                   -- authorization: seconds, decimal uint256
    valid_before TEXT,                   -- authorization: seconds, decimal uint256
    nonce        BLOB,                   -- payment nonce; known of a foreign order once its settlement was seen
    signature    BLOB,                   -- as the asset takes it

    mint_block INTEGER, mint_hash BLOB, mint_log INTEGER, mint_tx BLOB,                         -- where Minted(id) was seen, or null
    settlement_block INTEGER, settlement_hash BLOB, settlement_log INTEGER, settlement_tx BLOB, -- where the money was seen to arrive, or null
    refund_block INTEGER, refund_hash BLOB, refund_log INTEGER, refund_tx BLOB,                 -- where Refunded(id) was seen, or null
    final        INTEGER NOT NULL DEFAULT 0,  -- 1: the block of the mint or refund is final
    transaction_id INTEGER REFERENCES transactions (id), -- the transaction of ours that carries it, or null
    parked_for   TEXT NOT NULL DEFAULT '',    -- why it could not execute when tried, or empty
    voided_for   TEXT NOT NULL DEFAULT '',    -- why it can never execute, or empty
    created      INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    -- Whether the payer of an order had no code; see mint.Order. Of orders that were claimed before
    -- it was stored, it is not known.
    codeless INTEGER NOT NULL DEFAULT 0 CHECK (codeless IN (0, 1)), -- 1: it had no code when the payment was taken
    chain_id INTEGER NOT NULL DEFAULT 0 -- of its launch; part of the id, so it never changes
) STRICT;

CREATE INDEX orders_by_launch ON orders (launch, state, seq);
CREATE INDEX orders_by_transaction ON orders (transaction_id) WHERE transaction_id IS NOT NULL;
-- Whose window has ended and may have to be concluded, without a look at all the
-- others.
CREATE INDEX orders_ending ON orders (launch, CAST(valid_before AS INTEGER), seq) WHERE state IN ('claimed', 'parked', 'minting') AND signature IS NOT NULL;
-- A payer's orders in one state are public to ask for, and a payer may have many.
CREATE INDEX orders_by_payer_and_state ON orders (payer, state, seq);
-- What a claim adds up: money that a payer promised and that is not with a launch yet.
CREATE INDEX orders_in_flight ON orders (payer, asset, chain_id, claimed_value) WHERE state IN ('claimed', 'minting') AND settlement_tx IS NULL;
-- Which orders become final with a block, without a look at all that are not final yet.
CREATE INDEX orders_minted_not_final ON orders (chain_id, mint_block) WHERE final = 0 AND mint_tx IS NOT NULL;
CREATE INDEX orders_refunded_not_final ON orders (chain_id, refund_block) WHERE final = 0 AND refund_tx IS NOT NULL;

-- Each signing of a transaction, stored before a node sees it.
CREATE TABLE attempts (
    transaction_id INTEGER NOT NULL REFERENCES transactions (id),
    n        INTEGER NOT NULL,            -- 0, 1, 2 …, oldest first
    hash     BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    raw      BLOB NOT NULL,               -- signed, EIP-2718 encoded: what goes out again on boot
    fee_cap  TEXT NOT NULL,               -- wei a gas
    tip_cap  TEXT NOT NULL,               -- wei a gas
    block    INTEGER NOT NULL,            -- head when it was signed
    created  INTEGER NOT NULL,
    PRIMARY KEY (transaction_id, n)
) STRICT;

-- The calls of a transaction, in their order. The orders are not referenced: a
-- foreign one disappears with its last event, what was signed does not.
CREATE TABLE carried (
    transaction_id INTEGER NOT NULL REFERENCES transactions (id),
    n        INTEGER NOT NULL,
    order_id BLOB NOT NULL CHECK (length(order_id) = 32),
    PRIMARY KEY (transaction_id, n)
) STRICT, WITHOUT ROWID;

-- The payer's own names for purchases: a later payment under a name is refused while
-- the order that was claimed under it may still buy or has bought. A row is written
-- with its order and stays as long.
CREATE TABLE idempotency (
    payer    BLOB NOT NULL CHECK (length(payer) = 20),
    key      TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255), -- printable ASCII
    order_id BLOB NOT NULL REFERENCES orders (id),
    PRIMARY KEY (payer, key)
) STRICT, WITHOUT ROWID;

-- An order may get keys after its claim, at most mint.MaxOrderKeys in all: they are counted
-- without a look at all the keys of its payer.
CREATE INDEX idempotency_by_order ON idempotency (order_id);

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

-- What the maker of a launch says about it, after each edit. The newest version is shown,
-- the others are its history. launches.description and launches.image are copies of the
-- newest version's description and of its picture's URL.
CREATE TABLE profiles (
    launch  TEXT NOT NULL REFERENCES launches (slug),
    version INTEGER NOT NULL,             -- 1, 2, 3 …
    at      INTEGER NOT NULL,
    author  TEXT NOT NULL,                -- address of a wallet, or profile.Operator, or profile.Server
    changed TEXT NOT NULL,                -- names of the fields that differ from the version before; a JSON list
    content TEXT NOT NULL,                -- profile.Profile as JSON
    PRIMARY KEY (launch, version)
) STRICT, WITHOUT ROWID;

-- Files of pictures. Profiles refer to them by hash.
CREATE TABLE media (
    hash    BLOB PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256 of the body
    type    TEXT NOT NULL,                -- content type
    body    BLOB NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- Payments that passed a simulation and that a batch of ours reported as skipped. A row counts
-- while its transaction is mined; see mined_at.
CREATE TABLE skips (
    transaction_id INTEGER NOT NULL,
    order_id BLOB NOT NULL CHECK (length(order_id) = 32),
    payer    BLOB NOT NULL CHECK (length(payer) = 20),
    by_code  INTEGER NOT NULL,            -- 1: only code at the payer can be the reason
    PRIMARY KEY (transaction_id, order_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX skips_by_payer ON skips (payer, transaction_id, by_code);

-- Wallets that may no longer sign in as creators.
CREATE TABLE banned (
    wallet BLOB PRIMARY KEY CHECK (length(wallet) = 20),
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The operator's private notes about launches and orders, for the dashboard only.
CREATE TABLE notes (
    subject TEXT PRIMARY KEY,             -- launch:SLUG or order:PAYMENT ID
    text    TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    author  TEXT NOT NULL,                -- address of the wallet that wrote it
    at      INTEGER NOT NULL              -- when it was written
) STRICT, WITHOUT ROWID;

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

-- The chains whose launches are here. Their block numbers, senders and addresses may be equal: what
-- has one of these as a key has the chain as a key, too.
CREATE TABLE chains (
    chain_id INTEGER PRIMARY KEY,         -- EIP-155
    genesis  BLOB NOT NULL CHECK (length(genesis) = 32) -- hash of block 0
) STRICT;

-- One row: whose database this is.
CREATE TABLE meta (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    epoch    INTEGER NOT NULL           -- raised by every Open; a writer with an older one has been replaced
) STRICT;

-- A token on sale. Everything but the last columns is read from the chain.
CREATE TABLE launches (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT, -- order of registration; the first is the default launch
    slug          TEXT NOT NULL UNIQUE,   -- name in paths; never changes, orders refer to it; one over all chains
    description   TEXT NOT NULL,          -- ours to choose
    image         TEXT NOT NULL,          -- absolute URL, or empty; ours to choose
    chain_id      INTEGER NOT NULL,       -- EIP-155
    token         BLOB NOT NULL CHECK (length(token) = 20), -- launch contract: ERC-20, and payTo
    deployed_at   INTEGER NOT NULL,       -- block to read events from
    asset         BLOB NOT NULL CHECK (length(asset) = 20), -- what is paid
    asset_symbol  TEXT NOT NULL,
    asset_name    TEXT NOT NULL,          -- of the asset's EIP-712 domain
    asset_version TEXT NOT NULL,          -- of the asset's EIP-712 domain
    asset_decimals INTEGER NOT NULL,
    name          TEXT NOT NULL,
    symbol        TEXT NOT NULL,
    contract_uri  TEXT NOT NULL,
    price         INTEGER NOT NULL CHECK (price > 0),     -- base units an allotment; price × per_payment fits
    allotment     TEXT NOT NULL,          -- token base units an allotment
    cap           INTEGER NOT NULL CHECK (cap > 0),
    per_payment   INTEGER NOT NULL CHECK (per_payment > 0), -- most allotments a payment may buy
    opens_at      INTEGER NOT NULL,       -- seconds since 1970; 0: open from the start
    closes_at     INTEGER NOT NULL,       -- seconds since 1970; 0: never closes
    treasury      BLOB NOT NULL CHECK (length(treasury) = 20),
    owner         BLOB NOT NULL CHECK (length(owner) = 20),  -- as last read; may be handed over
    minter        BLOB NOT NULL CHECK (length(minter) = 20), -- as last read; may be rotated
    sold          INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0),    -- sum of quantity over orders mined or minted
    reserved      INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0), -- the same over orders claimed, minting or settled
    -- How far a launch's events were read: all that happened to it up to this block is
    -- in the table events. A launch that is read with all others is at the newest of
    -- blocks; one that is behind is read separately, from here on.
    read_to INTEGER NOT NULL DEFAULT 0,
    read_hash BLOB NOT NULL DEFAULT x'', -- of that block; empty: any block of that number
    -- The operator took the launch off sale. Its orders are moved on as before.
    delisted INTEGER NOT NULL DEFAULT 0,
    -- The final block up to which a launch was read a second time, some time after the
    -- first: an index of logs that lagged has caught up by then.
    read_twice_to INTEGER NOT NULL DEFAULT 0,
    -- mint.Standing that the launch's newest change reported; empty if there is none.
    reported TEXT NOT NULL DEFAULT '',
    -- The operator's arrangement of the home page; see mint.Arrangement. At most one launch has
    -- chosen and at most one has front.
    hidden INTEGER NOT NULL DEFAULT 0, -- 1: left out of the home page, the lists and the documents
    chosen INTEGER NOT NULL DEFAULT 0, -- 1: the launch of /mint
    front INTEGER NOT NULL DEFAULT 0, -- 1: its page is at /
    place INTEGER NOT NULL DEFAULT 0, -- in the operator's order, from 1; 0: after those, in order of registration
    -- When reported was set; 0: before this column was there.
    reported_at INTEGER NOT NULL DEFAULT 0,
    -- Launches that wallets made on this server by themselves, without its operator.
    creator BLOB NOT NULL DEFAULT x'' CHECK (length(creator) IN (0, 20)), -- the wallet; empty: the operator
    created INTEGER NOT NULL DEFAULT 0, -- when a creator registered it; 0: the operator did
    -- How often the operator removed the launch from the lists: hid it, or took it off sale. It never
    -- falls, and so neither does the version of the token list.
    removals INTEGER NOT NULL DEFAULT 0,
    UNIQUE (chain_id, token)          -- one deployer makes the same address on several chains
) STRICT;

CREATE INDEX launches_by_creator ON launches (creator, created) WHERE creator <> x'';

-- What the chain showed and no reorg took back. The marks of orders are copies
-- of these rows.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,             -- mint.EventKind
    chain_id   INTEGER NOT NULL,          -- of the launch
    launch     TEXT NOT NULL REFERENCES launches (slug),
    payment_id BLOB NOT NULL CHECK (length(payment_id) = 32), -- zero for a withdrawal
    payer      BLOB NOT NULL CHECK (length(payer) = 20),
    nonce      BLOB NOT NULL CHECK (length(nonce) = 32),      -- payment nonce; zero if the event does not say
    quantity   INTEGER NOT NULL,
    amount     TEXT NOT NULL,             -- asset base units
    block      INTEGER NOT NULL,
    block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
    log_index  INTEGER NOT NULL,
    tx         BLOB NOT NULL CHECK (length(tx) = 32),
    UNIQUE (chain_id, block, log_index, block_hash) -- an event told twice is one; chain and block first, for reorgs
) STRICT;

CREATE INDEX events_by_payment ON events (payment_id, block, log_index);
CREATE INDEX events_by_payer ON events (launch, payer, block, log_index);
CREATE INDEX events_by_launch ON events (launch, block, log_index);
-- Money that came without a mint, without a look at all the mints. A mint that
-- brings its money itself is not in it.
CREATE INDEX events_of_money ON events (launch, block, log_index) WHERE kind IN ('settled', 'received');

-- One account nonce of ours, under every hash that was ever signed for it.
CREATE TABLE transactions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL,          -- mint.TransactionKind
    launch        TEXT NOT NULL REFERENCES launches (slug),
    chain_id      INTEGER NOT NULL,       -- of the launch
    sender        BLOB NOT NULL CHECK (length(sender) = 20),
    account_nonce INTEGER NOT NULL,
    mined_block   INTEGER,                -- where an attempt was mined; null if none was, or a reorg took it back
    mined_hash    BLOB,                   -- of that block
    mined_tx      BLOB,                   -- the attempt that landed
    concluded     TEXT NOT NULL DEFAULT '' CHECK (concluded IN ('', 'final', 'dropped')), -- empty while in flight; dropped: the account nonce was finally used by another
    created       INTEGER NOT NULL,
    -- What our transactions paid for gas.
    mined_at INTEGER, -- when its block was first seen here; null as mined_block is
    cost TEXT, -- wei that it paid there; null if the receipt did not say
    burned TEXT, -- the part of cost, in wei, that code at the payers of skipped payments took; null if none
    UNIQUE (chain_id, sender, account_nonce)
) STRICT;

CREATE INDEX transactions_in_flight ON transactions (chain_id, sender, account_nonce) WHERE concluded = '';
CREATE INDEX transactions_paid ON transactions (chain_id, mined_at, cost) WHERE cost IS NOT NULL;
CREATE INDEX transactions_burned ON transactions (chain_id, mined_at, burned) WHERE burned IS NOT NULL;
-- The gas of transactions by launch; see mint.Spending.
CREATE INDEX transactions_by_launch ON transactions (launch, mined_at, cost) WHERE cost IS NOT NULL;

-- The cursor: blocks that were read up to, down to the newest final one.
CREATE TABLE blocks (
    chain_id INTEGER NOT NULL,            -- EIP-155
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    time   INTEGER NOT NULL,              -- seconds since 1970
    final  INTEGER NOT NULL,              -- 1: no reorg goes below it
    PRIMARY KEY (chain_id, number)
) STRICT, WITHOUT ROWID;

-- How far the verification of each contract's source at each service is; see source.State.
CREATE TABLE sources (
    chain_id    INTEGER NOT NULL,         -- EIP-155
    address     BLOB NOT NULL CHECK (length(address) = 20),
    service     TEXT NOT NULL,            -- URL of the service, without a key
    title       TEXT NOT NULL,            -- its name for people
    status      TEXT NOT NULL,            -- source.Status
    match       TEXT NOT NULL,            -- source.Match; empty unless verified
    url         TEXT NOT NULL,            -- where people read the source, or empty
    ticket      TEXT NOT NULL,            -- the service's name for the job, or empty
    asked       INTEGER NOT NULL,         -- when the job was submitted; 0: never
    failures    INTEGER NOT NULL,         -- attempts that failed since the last success
    error       TEXT NOT NULL,            -- of the last attempt, or empty
    next        INTEGER NOT NULL,         -- when the next attempt is due; 0: at once
    verified_at INTEGER NOT NULL,         -- 0: not verified
    updated     INTEGER NOT NULL,
    PRIMARY KEY (chain_id, address, service)
) STRICT;

-- Payments that the facilitator settles for holders of tokens, stored before they are signed for; see relay.Payment.
CREATE TABLE relayed (
    id            BLOB PRIMARY KEY CHECK (length(id) = 32), -- mint.PaymentID
    chain_id      INTEGER NOT NULL,       -- EIP-155; part of the id
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
    account_nonce INTEGER,                -- of the transaction; NULL: none is signed
    outcome       TEXT NOT NULL,          -- relay.Outcome; empty: it has not ended
    why           TEXT NOT NULL,          -- reason of a failure, or empty
    tx            BLOB,                   -- transaction of the outcome
    block         INTEGER NOT NULL,       -- of tx, or 0
    cost          INTEGER NOT NULL,       -- gwei that our transaction cost
    ended         INTEGER NOT NULL,       -- 0: it has not
    final         INTEGER NOT NULL,       -- 1: the outcome cannot change
    UNIQUE (chain_id, account_nonce)
) STRICT, WITHOUT ROWID;

CREATE INDEX relayed_by_final ON relayed (chain_id, final, taken);
CREATE INDEX relayed_by_token ON relayed (chain_id, token, ended);
