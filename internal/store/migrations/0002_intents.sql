-- What the node wants to have happen on chain, one row each, ever. seq is the order in which they came. body is the
-- intent as JSON (intents.go); the other columns are of it, to be searched by. day is the day of the chain's clock in
-- which gas was paid last, NULL while none was.
CREATE TABLE intents (
    seq  INTEGER PRIMARY KEY,
    key  TEXT NOT NULL UNIQUE,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    day  INTEGER,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX intents_open ON intents (seq) WHERE open = 1;
CREATE INDEX intents_by_day ON intents (day) WHERE day IS NOT NULL;
