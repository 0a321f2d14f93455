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
	"time"

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
	shelf *store.Shelf

	mu   sync.Mutex
	sets map[core.SetID]*standing
}

// NewRewards serves what is on a shelf.
func NewRewards(shelf *store.Shelf) *Rewards {
	return &Rewards{shelf: shelf, sets: map[core.SetID]*standing{}}
}

// Stand says which distribution is behind a set's roots now.
func (r *Rewards) Stand(set core.SetID, hash core.Hash) {
	s := r.of(set)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hash = hash
}

func (r *Rewards) of(set core.SetID) *standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sets[set]
	if s == nil {
		s = &standing{}
		r.sets[set] = s
	}
	return s
}

// Proofs is the answer for an account.
type Proofs struct {
	Set          core.SetID   `json:"set"`
	ToEra        core.Era     `json:"toEra"` // paid up to here
	Distribution core.Hash    `json:"distribution"`
	Account      core.Address `json:"account"`
	Leaves       []Leaf       `json:"leaves"` // none: the account has earned nothing
}

// Leaf is a leaf with its proof, from the bottom up.
type Leaf struct {
	Role   reward.Role `json:"role"`
	Amount string      `json:"amount"` // cumulative, base units of wVARA
	Root   core.Hash   `json:"root"`
	Proof  []core.Hash `json:"proof"`
}

// Problem is the answer to what cannot be answered (RFC 9457). Code is stable: bad_request, not_found, not_kept.
type Problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Routes adds the routes.
func (r *Rewards) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/rewards/{hash}", r.file)
	mux.HandleFunc("GET /v1/sets/{set}/proofs/{account}", r.proofs)
}

// downloadTime is how long a client may take for a file.
const downloadTime = 30 * time.Minute

func (r *Rewards) file(w http.ResponseWriter, q *http.Request) {
	var hash core.Hash
	if err := hash.UnmarshalText([]byte(q.PathValue("hash"))); err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", err.Error())
		return
	}
	file, err := os.Open(r.shelf.Path(hash))
	if err != nil {
		refuse(w, http.StatusNotFound, "not_found", fmt.Sprintf("this node keeps no distribution %s", hash))
		return
	}
	defer file.Close()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(downloadTime)) // where there is no deadline none is needed
	w.Header().Set("ETag", `"`+hash.String()+`"`)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, q, "", time.Time{}, file)
}

func (r *Rewards) proofs(w http.ResponseWriter, q *http.Request) {
	set, err := strconv.ParseUint(q.PathValue("set"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", fmt.Sprintf("set %s: want a whole number", q.PathValue("set")))
		return
	}
	var account core.Address
	if err := account.UnmarshalText([]byte(q.PathValue("account"))); err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", err.Error())
		return
	}
	r.mu.Lock()
	s := r.sets[core.SetID(set)]
	r.mu.Unlock()
	if s == nil {
		refuse(w, http.StatusNotFound, "not_found", fmt.Sprintf("set %d has no rewards on chain yet, or this node does not serve it", set))
		return
	}
	p, err := s.prove(r.shelf, account)
	if errors.Is(err, fs.ErrNotExist) {
		refuse(w, http.StatusNotFound, "not_kept", fmt.Sprintf("this node does not keep the distribution behind the roots of set %d", set))
		return
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, "failed", err.Error())
		return
	}
	w.Header().Set("ETag", `"`+p.Distribution.String()+`"`)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p) // the reader is gone: nobody to tell
}

func refuse(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Problem{code, detail})
}

// standing is the distribution behind a set's roots. Its trees are built when somebody first asks for a proof.
type standing struct {
	mu     sync.RWMutex // held to read while a proof is taken: what is mapped must stay
	hash   core.Hash
	loaded core.Hash
	file   *store.Mapped
	d      reward.Distribution
	trees  []tree
}

type tree struct {
	role reward.Role
	*merkle.ClaimTree
}

func (s *standing) prove(shelf *store.Shelf, account core.Address) (Proofs, error) {
	s.mu.RLock()
	for s.hash != s.loaded {
		s.mu.RUnlock()
		if err := s.load(shelf); err != nil {
			return Proofs{}, err
		}
		s.mu.RLock()
	}
	defer s.mu.RUnlock()
	p := Proofs{Set: s.d.Set, ToEra: s.d.ToEra, Distribution: s.loaded, Account: account, Leaves: []Leaf{}}
	for _, t := range s.trees {
		claim, proof, err := t.AppendProof([]core.Hash{}, account)
		if errors.Is(err, merkle.ErrNoClaim) {
			continue
		}
		if err != nil {
			return Proofs{}, err
		}
		p.Leaves = append(p.Leaves, Leaf{t.role, claim.Amount.Dec(), t.Root(), proof})
	}
	return p, nil
}

// load maps the file that stands and builds its trees, in the place of the one before.
func (s *standing) load(shelf *store.Shelf) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hash == s.loaded {
		return nil // somebody else has
	}
	file, err := shelf.Open(s.hash)
	if err != nil {
		return err
	}
	d, err := reward.Decode(file.Bytes())
	if err != nil {
		return errors.Join(err, file.Close())
	}
	operators, stakers, err := engine.Trees(d)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	old := s.file
	s.loaded, s.file, s.d = s.hash, file, d
	s.trees = []tree{{reward.AsOperator, operators}, {reward.AsStaker, stakers}}
	if old != nil {
		return old.Close()
	}
	return nil
}
