-- A database of the first schema, as the program of that time left it.
BEGIN TRANSACTION;
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
INSERT INTO "attempts" VALUES(1,0,X'4B509D9617975452E97887E6326F03088366BD36741E326FE31BA083D249E775',X'5BCE4E1086AC9163B04FAB6A59D523838E2E97EEDB4FB71B0BE5636E8AF8BF4D','1000','10',7,1772366400000000000);
INSERT INTO "attempts" VALUES(2,0,X'01E1AF3F1FB003A239AB4DEF4E112FC25E69E7234223B8FAD0A1742AA84EDEC7',X'48041A3CA8A2EA1EA0855ADC47869690EB5B77200AAD836512F2F962D91EFAB9','1000','10',7,1772366400000000000);
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    time   INTEGER NOT NULL,              -- seconds since 1970
    final  INTEGER NOT NULL               -- 1: no reorg goes below it
) STRICT;
INSERT INTO "blocks" VALUES(0,X'FE1EAF8EC6F90DD071A029B2EA34DFB654431B51F249B708566867169B02FE46',1772366400,1);
INSERT INTO "blocks" VALUES(5,X'5FA46BF31D99CBDC81851FE0773B927B62C49E593B608B8504E9887EC2ED703C',1772366410,0);
CREATE TABLE carried (
    transaction_id INTEGER NOT NULL REFERENCES transactions (id),
    n        INTEGER NOT NULL,
    order_id BLOB NOT NULL CHECK (length(order_id) = 32),
    PRIMARY KEY (transaction_id, n)
) STRICT, WITHOUT ROWID;
INSERT INTO "carried" VALUES(1,0,X'403084CDC30B17AAD6999808CE3CF297180A7A9A4F7B0CAF72C8A9D91B7AFBA4');
INSERT INTO "carried" VALUES(2,0,X'7B1A43F1D062374B13A82878E35A750F41039EC098D7FAB3C56D64996816430A');
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,             -- mint.EventKind
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
    UNIQUE (block, log_index, block_hash) -- an event told twice is one; block first, for reorgs
) STRICT;
INSERT INTO "events" VALUES(1,'minted','ping',X'403084CDC30B17AAD6999808CE3CF297180A7A9A4F7B0CAF72C8A9D91B7AFBA4',X'CBF124A8F4BED1939D77AD992B46B5C38F55DB2B',X'0000000000000000000000000000000000000000000000000000000000000000',4,'4000000',5,X'5FA46BF31D99CBDC81851FE0773B927B62C49E593B608B8504E9887EC2ED703C',0,X'D9FA50BDE37AD5AF88BEDF26D3C045D217CBF7E0E78DF7B13F3970BF5E8BF3C2');
INSERT INTO "events" VALUES(2,'settled','ping',X'0B1810EB23FBE77AEC6866A8219BB41C74B1C9BC886CFD4234C9FBFE651C0BCD',X'F268EFF0BDB3EE7246368A10291E4AB9246CB49E',X'938A1196A1752C6EEC8ED6279E45BFF332E12408C451050DF7166A0AEAF54A51',16,'16000000',5,X'5FA46BF31D99CBDC81851FE0773B927B62C49E593B608B8504E9887EC2ED703C',1,X'B20BEB8180A8DE141993A74A320FCF89E9F63D28A8AE115C6844113C5650A477');
CREATE TABLE launches (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT, -- order of registration; the first is the default launch
    slug          TEXT NOT NULL UNIQUE,   -- name in paths; never changes, orders refer to it
    description   TEXT NOT NULL,          -- ours to choose
    image         TEXT NOT NULL,          -- absolute URL, or empty; ours to choose
    chain_id      INTEGER NOT NULL,       -- EIP-155
    token         BLOB NOT NULL UNIQUE CHECK (length(token) = 20), -- launch contract: ERC-20, and payTo
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
    reserved      INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0) -- the same over orders claimed, minting or settled
) STRICT;
INSERT INTO "launches" VALUES(1,'ping','a token','https://example.org/i.png',84532,X'E0982CDAC46160E03034F8AD993B6A25D835A81A',3,X'036CBD53842C5426634E7929541EC2318F3DCF7E','USDC','USDC','2',6,'Ping','PING','https://example.org/c.json',1000000,'10000000000000000000000',100,100,1772362800,0,X'81A1EEEE957C0E1DB36ACEB851A227FA9D631B66',X'3C8539BA6BD9EB8EE0A4BD2CACD9EE2DD07D3202',X'5AD1AEFE201DBC48272806070406E47FF43181DC',4,25);
CREATE TABLE meta (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    epoch    INTEGER NOT NULL,          -- raised by every Open; a writer with an older one has been replaced
    chain_id INTEGER,                   -- EIP-155; null until Bind
    genesis  BLOB CHECK (length(genesis) = 32) -- hash of block 0; null until Bind
) STRICT;
INSERT INTO "meta" VALUES(1,1,84532,X'B66D13CE40ABDA5494DECFB6FF87D72A4B769FCBB8BB35DA146E6C68CA498F3D');
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
    updated      INTEGER NOT NULL
) STRICT;
INSERT INTO "orders" VALUES(1,X'C35B2C32BF8B449FBADFA96EEE9B7FF1F2DF48BB435B7FAF60690415D0206EB8','ping',X'036CBD53842C5426634E7929541EC2318F3DCF7E',X'D057F51A8807500EF1B6F241785E34B12666357E',1,'1000000','claimed','ping',1,1000000,X'E0982CDAC46160E03034F8AD993B6A25D835A81A','1000000','0','1772370000',X'7AAA7403DCD649E2037613304F1F501164515D64B7C777A0272429A07D59A559',X'995FC8E276491EA0EFC53F5D81E23FE1470AF2F0DFD60F6C5555E9E6FBB4932D1B',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'','',1772366400000000000,1772366400000000000);
INSERT INTO "orders" VALUES(2,X'81A0134CAC8515626501423E1161EBA0C05ABF8E7120ADCF4A4729C227D2D4D2','ping',X'036CBD53842C5426634E7929541EC2318F3DCF7E',X'40206BF600016C7C6CC6773F7E18178540B793B6',2,'2000000','parked','ping',2,2000000,X'E0982CDAC46160E03034F8AD993B6A25D835A81A','2000000','0','1772370000',X'EFC7D4E65EA167357130CFED6E6233B7ADF84363E701FA326F169510D405F746',X'C3854C51F7E293A3767BBB2E02310ECBE8C0730A5DBC1928B32FF9810186CD791B',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'no balance','',1772366400000000000,1772366400000000000);
INSERT INTO "orders" VALUES(3,X'403084CDC30B17AAD6999808CE3CF297180A7A9A4F7B0CAF72C8A9D91B7AFBA4','ping',X'036CBD53842C5426634E7929541EC2318F3DCF7E',X'CBF124A8F4BED1939D77AD992B46B5C38F55DB2B',4,'4000000','mined','ping',4,4000000,X'E0982CDAC46160E03034F8AD993B6A25D835A81A','4000000','0','1772370000',X'A31BE45DF27B59B3C9A05D7F920207CC9F68214575841714ECFF9B5438B2D518',X'61DE2315C3B48930C5F1D9DA3DECFF96808FA2753C7D52DF55FABFBBBD6DA49D1B',5,X'5FA46BF31D99CBDC81851FE0773B927B62C49E593B608B8504E9887EC2ED703C',0,X'D9FA50BDE37AD5AF88BEDF26D3C045D217CBF7E0E78DF7B13F3970BF5E8BF3C2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,'','',1772366400000000000,1772366400000000000);
INSERT INTO "orders" VALUES(4,X'7B1A43F1D062374B13A82878E35A750F41039EC098D7FAB3C56D64996816430A','ping',X'036CBD53842C5426634E7929541EC2318F3DCF7E',X'D73A77054B8E7CB4077619F6D5B462B4B22DBA11',8,'8000000','minting','ping',8,8000000,X'E0982CDAC46160E03034F8AD993B6A25D835A81A','8000000','0','1772370000',X'4F02A3FA8DD01CCB31A18E91B2816C5E7C0E4428F8A41B406F67FC6604B3C971',X'B7F42BAAEB145CD4D049A5B13E5076A7723FE3DFF7C0BEA6C9E094A7BFD290791B',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,2,'','',1772366400000000000,1772366400000000000);
INSERT INTO "orders" VALUES(6,X'0B1810EB23FBE77AEC6866A8219BB41C74B1C9BC886CFD4234C9FBFE651C0BCD','ping',X'036CBD53842C5426634E7929541EC2318F3DCF7E',X'F268EFF0BDB3EE7246368A10291E4AB9246CB49E',16,'16000000','settled',NULL,NULL,NULL,NULL,NULL,NULL,NULL,X'938A1196A1752C6EEC8ED6279E45BFF332E12408C451050DF7166A0AEAF54A51',NULL,NULL,NULL,NULL,NULL,5,X'5FA46BF31D99CBDC81851FE0773B927B62C49E593B608B8504E9887EC2ED703C',1,X'B20BEB8180A8DE141993A74A320FCF89E9F63D28A8AE115C6844113C5650A477',NULL,NULL,NULL,NULL,0,NULL,'','',1772366400000000000,1772366400000000000);
CREATE TABLE transactions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL,          -- mint.TransactionKind
    launch        TEXT NOT NULL REFERENCES launches (slug),
    sender        BLOB NOT NULL CHECK (length(sender) = 20),
    account_nonce INTEGER NOT NULL,
    mined_block   INTEGER,                -- where an attempt was mined; null if none was, or a reorg took it back
    mined_hash    BLOB,                   -- of that block
    mined_tx      BLOB,                   -- the attempt that landed
    concluded     TEXT NOT NULL DEFAULT '' CHECK (concluded IN ('', 'final', 'dropped')), -- empty while in flight; dropped: the account nonce was finally used by another
    created       INTEGER NOT NULL,
    UNIQUE (sender, account_nonce)
) STRICT;
INSERT INTO "transactions" VALUES(1,'batch','ping',X'B0D048533F7A39FB648B9898C031227B0786CC36',0,5,X'5FA46BF31D99CBDC81851FE0773B927B62C49E593B608B8504E9887EC2ED703C',X'4B509D9617975452E97887E6326F03088366BD36741E326FE31BA083D249E775','',1772366400000000000);
INSERT INTO "transactions" VALUES(2,'batch','ping',X'B0D048533F7A39FB648B9898C031227B0786CC36',1,NULL,NULL,NULL,'',1772366400000000000);
CREATE INDEX orders_by_launch ON orders (launch, state, seq);
CREATE INDEX orders_by_state ON orders (state, seq);
CREATE INDEX orders_by_payer ON orders (payer, seq);
CREATE INDEX orders_in_flight ON orders (payer, asset, claimed_value) WHERE state IN ('claimed', 'minting') AND settlement_tx IS NULL;
CREATE INDEX orders_by_transaction ON orders (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX orders_not_final ON orders (id) WHERE final = 0 AND (mint_tx IS NOT NULL OR refund_tx IS NOT NULL);
CREATE INDEX events_by_payment ON events (payment_id, block, log_index);
CREATE INDEX events_by_payer ON events (launch, payer, block, log_index);
CREATE INDEX events_by_launch ON events (launch, block, log_index);
CREATE INDEX transactions_in_flight ON transactions (sender, account_nonce) WHERE concluded = '';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('launches',1);
INSERT INTO "sqlite_sequence" VALUES('orders',6);
INSERT INTO "sqlite_sequence" VALUES('transactions',2);
INSERT INTO "sqlite_sequence" VALUES('events',2);
COMMIT;
PRAGMA application_id = 1832136754;
PRAGMA user_version = 1;
