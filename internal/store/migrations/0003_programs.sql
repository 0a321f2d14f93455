-- What Executors compute: the objects that state is made of, the batches, and what they send.

-- name is blake2b-256 of data. Objects of states that are no batch's any more stay: nothing points to them.
CREATE TABLE objects (
    name BLOB PRIMARY KEY CHECK (length(name) = 32),
    data BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- number is the interval's; previous the number of the batch before, 0 for none.
CREATE TABLE batches (
    set_id    INTEGER NOT NULL CHECK (set_id >= 0),
    number    INTEGER NOT NULL CHECK (number > 0),
    previous  INTEGER NOT NULL,
    previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
    end_block INTEGER NOT NULL,
    end_hash  BLOB NOT NULL CHECK (length(end_hash) = 32),
    state     BLOB NOT NULL CHECK (length(state) = 32),
    messages  BLOB NOT NULL CHECK (length(messages) = 32),
    ran       INTEGER NOT NULL,
    gas       INTEGER NOT NULL,
    PRIMARY KEY (set_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_by_end ON batches (end_block);

-- Messages to accounts. reply_to is zero for one that answers nothing; value is decimal text in base units.
CREATE TABLE outgoing (
    set_id  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    idx     INTEGER NOT NULL,
    id      BLOB NOT NULL CHECK (length(id) = 32),
    program BLOB NOT NULL CHECK (length(program) = 32),
    account BLOB NOT NULL CHECK (length(account) = 20),
    reply_to BLOB NOT NULL CHECK (length(reply_to) = 32),
    code    BLOB NOT NULL CHECK (length(code) = 4),
    value   TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (set_id, number, idx),
    FOREIGN KEY (set_id, number) REFERENCES batches ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX outgoing_by_reply ON outgoing (reply_to);
CREATE INDEX outgoing_by_account ON outgoing (account, set_id, number);

-- The logs of Programs belong to the index from here on: what there is was read without them, and is read again.
DELETE FROM logs;
DELETE FROM blocks;
DELETE FROM vaults;
DELETE FROM steps;
DELETE FROM elections;
