-- What the node read from the chain, and what it decided from it. Numbers of blocks, eras and sets, and times in
-- seconds, are below 2^63. Addresses are 20 bytes, hashes 32, amounts decimal text in base units.

-- Whose file this is.
CREATE TABLE identity (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    chain      INTEGER NOT NULL,
    middleware BLOB NOT NULL CHECK (length(middleware) = 20)
) STRICT;

-- The places where the cursor was, the newest last: that is where it is. Only the last few thousand are kept, to find
-- where a reorganisation left them.
CREATE TABLE steps (
    seq    INTEGER PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE CHECK (number >= 0),
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    time   INTEGER NOT NULL
) STRICT;

-- Blocks with logs.
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    time   INTEGER NOT NULL
) STRICT;

-- Who emits what: each pair of an address and a first topic, by a small number. topic is empty for a log without.
CREATE TABLE keys (
    id      INTEGER PRIMARY KEY,
    address BLOB NOT NULL CHECK (length(address) = 20),
    topic   BLOB NOT NULL CHECK (length(topic) IN (0, 32)),
    UNIQUE (address, topic)
) STRICT;

-- late is the step that stored a log of a block below its predecessor's: what was read afterwards of a vault that
-- became known. body is the rest of the log (body.go).
--
-- The index by key is in parts of 4,096 blocks: new entries then go to few pages however long the history is, and what
-- an entry costs does not grow with it. A look-up asks part by part.
CREATE TABLE logs (
    block INTEGER NOT NULL CHECK (block >= 0),
    idx   INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    late  INTEGER,
    body  BLOB NOT NULL,
    PRIMARY KEY (block, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX logs_by_key ON logs (block >> 12, key, block, idx);
CREATE INDEX logs_late ON logs (late) WHERE late IS NOT NULL;

-- step is the one that made the vault known.
CREATE TABLE vaults (
    address BLOB PRIMARY KEY CHECK (length(address) = 20),
    facts   BLOB NOT NULL,
    step    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX vaults_by_step ON vaults (step);

-- block is the one at which it was decided; header is zero while nobody is elected.
CREATE TABLE elections (
    set_id  INTEGER NOT NULL CHECK (set_id >= 0),
    era     INTEGER NOT NULL CHECK (era >= 0),
    block   INTEGER NOT NULL CHECK (block >= 0),
    capture INTEGER NOT NULL,
    seed    BLOB NOT NULL CHECK (length(seed) = 32),
    header  BLOB NOT NULL CHECK (length(header) = 32),
    total   TEXT NOT NULL,
    PRIMARY KEY (set_id, era)
) STRICT, WITHOUT ROWID;
CREATE INDEX elections_by_block ON elections (block);

-- Why each operator is in or out. place is its place in the list, from 0; rank 0 is none.
CREATE TABLE outcomes (
    set_id   INTEGER NOT NULL,
    era      INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    operator BLOB NOT NULL CHECK (length(operator) = 20),
    rank     INTEGER NOT NULL,
    weight   TEXT NOT NULL,
    stake    TEXT NOT NULL,
    elected  INTEGER NOT NULL CHECK (elected IN (0, 1)),
    code     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    PRIMARY KEY (set_id, era, place),
    FOREIGN KEY (set_id, era) REFERENCES elections ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX outcomes_by_operator ON outcomes (operator, set_id, era);

-- Small state of the node itself.
CREATE TABLE facts (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
