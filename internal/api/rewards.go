package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// Rewards serves distributions and proofs:
//
//	GET /v1/rewards/{hash}                the canonical bytes of a distribution, as docs/protocol.md §8 has them
//	GET /v1/sets/{set}/proofs/{account}   an account's leaves under the roots that were activated last, with their proofs
type Rewards struct {
	shelf  *store.Shelf
	failed func(error)

	mu   sync.Mutex
	sets map[core.SetID]*standing
}

// NewRewards serves what is on a shelf. failed is told of files that cannot be read, which a client is not told more of.
func NewRewards(shelf *store.Shelf, failed func(error)) *Rewards {
	return &Rewards{shelf: shelf, failed: failed, sets: map[core.SetID]*standing{}}
}

// Stand says which distribution is behind a set's roots now. It waits for nobody.
func (r *Rewards) Stand(set core.SetID, hash core.Hash) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sets[set]
	if s == nil {
		s = &standing{}
		r.sets[set] = s
	}
	s.hash.Store(&hash)
}

// Routes adds the routes.
func (r *Rewards) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/rewards/{hash}", r.file)
	mux.HandleFunc("GET /v1/sets/{set}/proofs/{account}", r.proofs)
}

const (
	// downloadTime is how long a client may take for a file.
	downloadTime = 30 * time.Minute
	// proofTime is how long a proof may take, with the trees that are built for it.
	proofTime = 5 * time.Minute
	// mendTime is after how long a file that could not be read is tried again.
	mendTime = time.Minute
)

func (r *Rewards) file(w http.ResponseWriter, q *http.Request) {
	var hash core.Hash
	if err := hash.UnmarshalText([]byte(q.PathValue("hash"))); err != nil {
		write(w, problem(http.StatusBadRequest, "bad_request", "%v", err))
		return
	}
	file, err := os.Open(r.shelf.Path(hash))
	if err != nil {
		write(w, problem(http.StatusNotFound, "not_found", "this node keeps no distribution %s", hash))
		return
	}
	defer file.Close()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(downloadTime)) // where there is no deadline none is needed
	w.Header().Set("ETag", `"`+hash.String()+`"`)
	w.Header().Set("Cache-Control", "public, max-age=300") // whoever takes it compares the hash; a broken copy must not last
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, q, "", time.Time{}, file)
}

func (r *Rewards) proofs(w http.ResponseWriter, q *http.Request) {
	set, err := strconv.ParseUint(q.PathValue("set"), 10, 64)
	if err != nil {
		write(w, problem(http.StatusBadRequest, "bad_request", "set %s: want a whole number", q.PathValue("set")))
		return
	}
	var account core.Address
	if err := account.UnmarshalText([]byte(q.PathValue("account"))); err != nil {
		write(w, problem(http.StatusBadRequest, "bad_request", "%v", err))
		return
	}
	r.mu.Lock()
	s := r.sets[core.SetID(set)]
	r.mu.Unlock()
	if s == nil {
		write(w, problem(http.StatusNotFound, "not_found", "set %d has no rewards on chain yet, or this node does not serve it", set))
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(proofTime)) // the first waits for the trees
	p, err := s.prove(r.shelf, account)
	if errors.Is(err, fs.ErrNotExist) {
		write(w, problem(http.StatusNotFound, "not_kept", "this node does not keep the distribution behind the roots of set %d", set))
		return
	}
	if err != nil {
		r.failed(fmt.Errorf("prove under the roots of set %d: %w", set, err))
		write(w, problem(http.StatusInternalServerError, "failed", "this node cannot read the distribution; its log says why"))
		return
	}
	w.Header().Set("ETag", `"`+p.Distribution.String()+`"`)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p) // the reader is gone: nobody to tell
}

// standing is the distribution behind a set's roots. Its trees are built when somebody first asks for a proof; those of the
// distribution before are gone by then, for nothing can be claimed under them.
type standing struct {
	hash atomic.Pointer[core.Hash]

	building sync.Mutex // held by the one who builds
	broken   core.Hash  // what could not be read, and when and why
	at       time.Time
	why      error

	use sync.RWMutex // held to read while a proof is taken: what is mapped must stay
	now *loaded
}

// loaded is a mapped distribution with its trees.
type loaded struct {
	hash  core.Hash
	file  *store.Mapped
	d     reward.Distribution
	trees []tree
}

type tree struct {
	role reward.Role
	*merkle.ClaimTree
}

func (s *standing) prove(shelf *store.Shelf, account core.Address) (client.Proofs, error) {
	for {
		hash := *s.hash.Load()
		s.use.RLock()
		if s.now != nil && s.now.hash == hash {
			defer s.use.RUnlock()
			return s.now.prove(account)
		}
		s.use.RUnlock()
		if err := s.load(shelf, hash); err != nil {
			return client.Proofs{}, err
		}
	}
}

func (l *loaded) prove(account core.Address) (client.Proofs, error) {
	p := client.Proofs{Set: l.d.Set, ToEra: l.d.ToEra, Distribution: l.hash, Account: account, Leaves: []client.ProvenLeaf{}}
	for _, t := range l.trees {
		claim, proof, err := t.AppendProof([]core.Hash{}, account)
		if errors.Is(err, merkle.ErrNoClaim) {
			continue
		}
		if err != nil {
			return client.Proofs{}, err
		}
		p.Leaves = append(p.Leaves, client.ProvenLeaf{Role: string(t.role), Amount: client.Amount(claim.Amount), Root: t.Root(), Proof: proof})
	}
	return p, nil
}

// load maps a file and builds its trees, one at a time, in the place of those before.
func (s *standing) load(shelf *store.Shelf, hash core.Hash) error {
	s.building.Lock()
	defer s.building.Unlock()
	s.use.RLock()
	there := s.now != nil && s.now.hash == hash
	s.use.RUnlock()
	if there {
		return nil // somebody else has
	}
	if s.broken == hash && time.Since(s.at) < mendTime {
		return s.why
	}
	if err := s.swap(nil); err != nil {
		return err
	}
	l, err := read(shelf, hash)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) { // to see that it is not there costs nothing
			s.broken, s.at, s.why = hash, time.Now(), err
		}
		return err
	}
	return s.swap(l)
}

// swap puts another in the place of what is loaded, once nobody uses that.
func (s *standing) swap(l *loaded) error {
	s.use.Lock()
	defer s.use.Unlock()
	old := s.now
	if s.now = l; old != nil {
		return old.file.Close()
	}
	return nil
}

func read(shelf *store.Shelf, hash core.Hash) (*loaded, error) {
	file, err := shelf.Open(hash)
	if err != nil {
		return nil, err
	}
	d, err := reward.Decode(file.Bytes())
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	operators, stakers, err := engine.Trees(d)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &loaded{hash, file, d, []tree{{reward.AsOperator, operators}, {reward.AsStaker, stakers}}}, nil
}
