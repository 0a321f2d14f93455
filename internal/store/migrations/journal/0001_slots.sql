-- What one key signed, on one network. Numbers of sets, eras and batches are below 2^63. sum is the first 8 bytes of a
-- Keccak hash of the row and of identity, to notice what SQLite does not: a changed byte in a value.

-- Whose journal this is. safe_era is the first era for which it signs: a journal that was lost before this one was
-- created cannot have signed for it, nor for a later one.
CREATE TABLE identity (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    chain    INTEGER NOT NULL,
    router   BLOB NOT NULL CHECK (length(router) = 20),
    key      BLOB NOT NULL CHECK (length(key) = 32),
    safe_era INTEGER NOT NULL CHECK (safe_era >= 0),
    sum      BLOB NOT NULL CHECK (length(sum) = 8)
) STRICT;

-- One digest per slot, never changed and never deleted. number is a batch's; from_era, to_era and previous are those
-- of a rewards statement; what a kind does not have is zero.
CREATE TABLE slots (
    set_id   INTEGER NOT NULL CHECK (set_id >= 0),
    era      INTEGER NOT NULL CHECK (era >= 0),
    kind     TEXT NOT NULL CHECK (kind IN ('batch', 'rewards')),
    number   INTEGER NOT NULL CHECK (number >= 0),
    from_era INTEGER NOT NULL CHECK (from_era >= 0),
    to_era   INTEGER NOT NULL CHECK (to_era >= 0),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    digest   BLOB NOT NULL CHECK (length(digest) = 32),
    sum      BLOB NOT NULL CHECK (length(sum) = 8),
    PRIMARY KEY (set_id, era, kind, number, from_era, to_era, previous)
) STRICT, WITHOUT ROWID;
