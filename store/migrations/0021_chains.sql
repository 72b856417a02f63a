-- The chains whose launches are here. Their block numbers, senders and addresses may be equal: what
-- has one of these as a key has the chain as a key, too.
CREATE TABLE chains (
    chain_id INTEGER PRIMARY KEY,         -- EIP-155
    genesis  BLOB NOT NULL CHECK (length(genesis) = 32) -- hash of block 0
) STRICT;

INSERT INTO chains (chain_id, genesis) SELECT chain_id, genesis FROM meta WHERE chain_id IS NOT NULL;

-- One row: whose database this is.
CREATE TABLE new_meta (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    epoch    INTEGER NOT NULL           -- raised by every Open; a writer with an older one has been replaced
) STRICT;

INSERT INTO new_meta (id, epoch) SELECT id, epoch FROM meta;
DROP TABLE meta;
ALTER TABLE new_meta RENAME TO meta;

-- A token on sale. Everything but the last columns is read from the chain.
CREATE TABLE new_launches (
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

INSERT INTO new_launches (seq, slug, description, image, chain_id, token, deployed_at, asset, asset_symbol, asset_name,
    asset_version, asset_decimals, name, symbol, contract_uri, price, allotment, cap, per_payment,
    opens_at, closes_at, treasury, owner, minter, sold, reserved, read_to, read_hash, delisted,
    read_twice_to, reported, hidden, chosen, front, place, reported_at, creator, created, removals)
    SELECT seq, slug, description, image, chain_id, token, deployed_at, asset, asset_symbol, asset_name,
    asset_version, asset_decimals, name, symbol, contract_uri, price, allotment, cap, per_payment,
    opens_at, closes_at, treasury, owner, minter, sold, reserved, read_to, read_hash, delisted,
    read_twice_to, reported, hidden, chosen, front, place, reported_at, creator, created, removals
    FROM launches ORDER BY seq;
DELETE FROM sqlite_sequence WHERE name = 'new_launches';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_launches', seq FROM sqlite_sequence WHERE name = 'launches';
DROP TABLE launches;
ALTER TABLE new_launches RENAME TO launches;

CREATE INDEX launches_by_creator ON launches (creator, created) WHERE creator <> x'';

ALTER TABLE orders ADD COLUMN chain_id INTEGER NOT NULL DEFAULT 0; -- of its launch; part of the id, so it never changes
UPDATE orders SET chain_id = (SELECT chain_id FROM launches WHERE slug = orders.launch);
DROP INDEX orders_in_flight;
DROP INDEX orders_minted_not_final;
DROP INDEX orders_refunded_not_final;

-- What a claim adds up: money that a payer promised and that is not with a launch yet.
CREATE INDEX orders_in_flight ON orders (payer, asset, chain_id, claimed_value) WHERE state IN ('claimed', 'minting') AND settlement_tx IS NULL;
-- Which orders become final with a block, without a look at all that are not final yet.
CREATE INDEX orders_minted_not_final ON orders (chain_id, mint_block) WHERE final = 0 AND mint_tx IS NOT NULL;
CREATE INDEX orders_refunded_not_final ON orders (chain_id, refund_block) WHERE final = 0 AND refund_tx IS NOT NULL;

-- What the chain showed and no reorg took back. The marks of orders are copies
-- of these rows.
CREATE TABLE new_events (
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

INSERT INTO new_events (chain_id, seq, kind, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx)
    SELECT (SELECT chain_id FROM launches WHERE slug = events.launch), seq, kind, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx
    FROM events ORDER BY seq;
DELETE FROM sqlite_sequence WHERE name = 'new_events';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_events', seq FROM sqlite_sequence WHERE name = 'events';
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;

CREATE INDEX events_by_payment ON events (payment_id, block, log_index);
CREATE INDEX events_by_payer ON events (launch, payer, block, log_index);
CREATE INDEX events_by_launch ON events (launch, block, log_index);
-- Money that came without a mint, without a look at all the mints. A mint that
-- brings its money itself is not in it.
CREATE INDEX events_of_money ON events (launch, block, log_index) WHERE kind IN ('settled', 'received');

-- One account nonce of ours, under every hash that was ever signed for it.
CREATE TABLE new_transactions (
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

INSERT INTO new_transactions (chain_id, id, kind, launch, sender, account_nonce, mined_block, mined_hash, mined_tx, concluded, created,
    mined_at, cost, burned)
    SELECT (SELECT chain_id FROM launches WHERE slug = transactions.launch), id, kind, launch, sender, account_nonce, mined_block, mined_hash, mined_tx, concluded, created,
    mined_at, cost, burned
    FROM transactions ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'new_transactions';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_transactions', seq FROM sqlite_sequence WHERE name = 'transactions';
DROP TABLE transactions;
ALTER TABLE new_transactions RENAME TO transactions;

CREATE INDEX transactions_in_flight ON transactions (chain_id, sender, account_nonce) WHERE concluded = '';
CREATE INDEX transactions_paid ON transactions (chain_id, mined_at, cost) WHERE cost IS NOT NULL;
CREATE INDEX transactions_burned ON transactions (chain_id, mined_at, burned) WHERE burned IS NOT NULL;
-- The gas of transactions by launch; see mint.Spending.
CREATE INDEX transactions_by_launch ON transactions (launch, mined_at, cost) WHERE cost IS NOT NULL;

-- The cursor: blocks that were read up to, down to the newest final one.
CREATE TABLE new_blocks (
    chain_id INTEGER NOT NULL,            -- EIP-155
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    time   INTEGER NOT NULL,              -- seconds since 1970
    final  INTEGER NOT NULL,              -- 1: no reorg goes below it
    PRIMARY KEY (chain_id, number)
) STRICT, WITHOUT ROWID;

INSERT INTO new_blocks (chain_id, number, hash, time, final)
    SELECT coalesce((SELECT chain_id FROM chains), (SELECT min(chain_id) FROM launches), 0), number, hash, time, final
    FROM blocks ORDER BY number;
DROP TABLE blocks;
ALTER TABLE new_blocks RENAME TO blocks;

-- How far the verification of each contract's source at each service is; see source.State.
CREATE TABLE new_sources (
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

INSERT INTO new_sources (chain_id, address, service, title, status, match, url, ticket, asked, failures, error, next, verified_at,
    updated)
    SELECT coalesce((SELECT chain_id FROM chains), (SELECT min(chain_id) FROM launches), 0), address, service, title, status, match, url, ticket, asked, failures, error, next, verified_at,
    updated
    FROM sources ORDER BY address, service;
DROP TABLE sources;
ALTER TABLE new_sources RENAME TO sources;

-- Payments that the facilitator settles for holders of tokens, stored before they are signed for; see relay.Payment.
CREATE TABLE new_relayed (
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

INSERT INTO new_relayed (chain_id, id, token, asset, payer, pay_to, value, valid_after, valid_before, nonce, signature, gas, since, taken,
    reserved, account_nonce, outcome, why, tx, block, cost, ended, final)
    SELECT coalesce((SELECT chain_id FROM chains), (SELECT min(chain_id) FROM launches), 0), id, token, asset, payer, pay_to, value, valid_after, valid_before, nonce, signature, gas, since, taken,
    reserved, account_nonce, outcome, why, tx, block, cost, ended, final
    FROM relayed ORDER BY id;
DROP TABLE relayed;
ALTER TABLE new_relayed RENAME TO relayed;

CREATE INDEX relayed_by_final ON relayed (chain_id, final, taken);
CREATE INDEX relayed_by_token ON relayed (chain_id, token, ended);
