-- How far the verification of each contract's source at each service is; see source.State.
CREATE TABLE sources (
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
    PRIMARY KEY (address, service)
) STRICT;
