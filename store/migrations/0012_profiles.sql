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

INSERT INTO profiles (launch, version, at, author, changed, content)
SELECT slug, 1, CAST(strftime('%s', 'now') AS INTEGER) * 1000000000, 'operator (CLI)',
    CASE WHEN image = '' THEN '["description"]' WHEN description = '' THEN '["image"]' ELSE '["description","image"]' END,
    json_object('description', description, 'image', json_object('source', image))
FROM launches WHERE description <> '' OR image <> '';
