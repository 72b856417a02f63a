-- The operator's private notes about launches and orders, for the dashboard only.
CREATE TABLE notes (
    subject TEXT PRIMARY KEY,             -- launch:SLUG or order:PAYMENT ID
    text    TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    author  TEXT NOT NULL,                -- address of the wallet that wrote it
    at      INTEGER NOT NULL              -- when it was written
) STRICT, WITHOUT ROWID;
