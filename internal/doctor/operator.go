package doctor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/gossip"
)

var (
	optIns             = bindings.NewOptInService()
	operatorRegistries = bindings.NewOperatorRegistry()
)

// operator looks at the operator in Symbiotic and in the set. What comes after it looks at one that is registered.
func (v *visit) operator(ctx context.Context) error {
	at, subject, whole := v.roster.At.Operators, name(v.Operator), true
	wrong := func(why core.Reason, c Check) {
		whole = false
		c.Name, c.Subject = "operator", subject
		v.found(why, c)
	}
	registry, err := chain.Read(ctx, v.client, at, v.at(), operators.PackOPERATORREGISTRY(), operators.UnpackOPERATORREGISTRY)
	if err != nil {
		return v.stop("operator", err)
	}
	known, err := chain.Read(ctx, v.client, registry, v.at(), operatorRegistries.PackIsEntity(v.Operator), operatorRegistries.UnpackIsEntity)
	if err != nil {
		return v.stop("operator", err)
	}
	service, err := chain.Read(ctx, v.client, at, v.at(), operators.PackNETWORKOPTIN(), operators.UnpackNETWORKOPTIN)
	if err != nil {
		return v.stop("operator", err)
	}
	in, err := chain.Read(ctx, v.client, service, v.at(), optIns.PackIsOptedIn(v.Operator, v.Middleware), optIns.UnpackIsOptedIn)
	if err != nil {
		return v.stop("operator", err)
	}
	if !known {
		wrong(notSymbioticOperator, Check{})
	}
	if known && !in { // who is not known cannot opt in
		wrong(notOptedInNetwork, Check{By: v.capture})
	}
	if v.self == nil || !v.self.Registered {
		wrong(notRegistered, Check{Text: fmt.Sprintf("not registered in set %d", v.Set), By: v.capture})
		return errStop
	}
	if v.self.Paused {
		wrong(paused, Check{By: v.capture})
	}
	if v.self.JailedAt(v.capture) {
		wrong(jailed, Check{Text: "jailed until " + Moment(v.self.JailedUntil, v.now), Have: stamp(int64(v.self.JailedUntil)),
			Need: "at most " + stamp(int64(v.capture))})
	}
	v.counts = known && in
	if whole {
		v.ok("operator", subject, "in Symbiotic, opted in, registered in set %d", v.Set)
	}
	return nil
}

// key compares the registered key with the one in the file.
func (v *visit) key(ctx context.Context) error {
	subject, registered := name(v.Operator), v.self.KeyHash
	if registered.IsZero() {
		v.found(noKey, Check{Name: "key", Subject: subject, By: v.capture})
		return nil
	}
	if v.BLSKey == "" {
		v.ok("key", subject, "key %s is registered; no file was given to compare it with", registered)
		return nil
	}
	public, err := publicKey(v.BLSKey, v.BLSPassword)
	if err != nil {
		v.found(keyFile, Check{Name: "key", Subject: subject, Text: err.Error()})
		return nil
	}
	digest, err := chain.Read(ctx, v.client, v.roster.At.Operators, v.at(),
		operators.PackPossessionDigest(chain.Number(v.Set), v.Operator, registered), operators.UnpackPossessionDigest)
	if err != nil {
		return err
	}
	if own := batch.Possession(v.wantChain(), core.Address(v.Middleware), v.Set, core.Address(v.Operator), registered); own != core.Hash(digest) {
		v.found(keyMismatch, Check{Name: "key", Subject: subject, Text: "a proof of possession for this chain would not be accepted",
			Have: own.String(), Need: core.Hash(digest).String()})
		return nil
	}
	if public != registered {
		v.found(keyMismatch, Check{Name: "key", Subject: subject, Have: public.String() + " in the file", Need: registered.String() + " as registered"})
		return nil
	}
	v.ok("key", subject, "key %s is registered, and the file holds it", registered)
	return nil
}

// publicKey reads a secret key, as hex or in a keystore version 3, and returns its public key's hash. No error repeats
// what the file holds.
func publicKey(path string, p chain.Password) (core.Hash, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return core.Hash{}, err
	}
	defer clear(text)
	digits := strings.TrimSpace(string(text))
	encoded, err := hex.DecodeString(strings.TrimPrefix(digits, "0x"))
	if strings.HasPrefix(digits, "{") {
		if encoded, err = chain.LoadSecret(path, p); err != nil {
			return core.Hash{}, err
		}
	} else if err != nil || len(encoded) != bls.SecretSize {
		return core.Hash{}, fmt.Errorf("%s does not hold %d bytes as hex", path, bls.SecretSize)
	}
	defer clear(encoded)
	secret, err := bls.SecretKeyFromBytes(encoded)
	if err != nil {
		return core.Hash{}, fmt.Errorf("%s does not hold a BLS key", path)
	}
	defer secret.Zeroize()
	return secret.PublicKey().Hash(), nil
}

// contact looks at the endpoint that the operator registered last.
func (v *visit) contact(ctx context.Context) error {
	events := operators.GetABI().Events
	logs, err := chain.Logs(ctx, v.client, v.roster.FirstBlock, v.block, []common.Address{v.roster.At.Operators}, [][]common.Hash{
		{events["OperatorRegistered"].ID, events["EndpointChanged"].ID}, {common.BigToHash(chain.Number(v.Set))},
		{common.BytesToHash(v.Operator[:])}})
	if err != nil {
		return err
	}
	if len(logs) == 0 {
		return errors.New("the endpoint gives no log of the operator's registration")
	}
	last, err := contactOf(&logs[len(logs)-1])
	if err != nil {
		return err
	}
	if _, err := gossip.ParseEndpoint(last); err != nil {
		v.found(contactUnusable, Check{Name: "contact", Subject: name(v.Operator), Have: fmt.Sprintf("%q", last),
			Need: "a multiaddr with a peer id, as roster node says when it starts"})
		return nil
	}
	v.ok("contact", name(v.Operator), "%q", last)
	return nil
}

func contactOf(l *types.Log) (string, error) {
	if e, err := operators.UnpackEndpointChangedEvent(l); err == nil {
		return e.Endpoint, nil
	}
	e, err := operators.UnpackOperatorRegisteredEvent(l)
	if err != nil {
		return "", err
	}
	return e.Endpoint, nil
}

// commission tells what the operator keeps, now and as announced.
func (v *visit) commission(ctx context.Context) error {
	var bps [3]uint16
	set := chain.Number(v.Set)
	for i, t := range []core.Time{v.now, v.capture, core.Time(far.Uint64())} {
		var err error
		if bps[i], err = chain.Read(ctx, v.client, v.roster.At.Operators, v.at(), operators.PackCommissionAt(set, v.Operator, chain.Number(t)),
			operators.UnpackCommissionAt); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("%d bps now", bps[0])
	if bps[1] != bps[0] {
		text += fmt.Sprintf(", %d bps from the next capture, %s", bps[1], Moment(v.capture, v.now))
	}
	if bps[2] != bps[1] {
		text += fmt.Sprintf(", %d bps announced for later", bps[2])
	}
	v.ok("commission", name(v.Operator), "%s", text)
	return nil
}
