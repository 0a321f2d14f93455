package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"strconv"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/outbox"
)

// NewLog makes a node's log. Info is an outcome that an operator wants to see, warn what the node deals with itself,
// error what a human must act on.
func NewLog(out io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: want debug, info, warn or error", level)
	}
	o := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(out, o)), nil
	}
	return slog.New(slog.NewTextHandler(out, o)), nil
}

// nodeEvents sends what a node has to say to its log and its metrics.
func nodeEvents(log *slog.Logger, m *Metrics) Events {
	var e Events
	e.Engine = engineEvents(log, m)
	e.Outbox = outboxEvents(log, m)
	e.StageFailed = func(stage string, t engine.Tick, err error) {
		m.failures.WithLabelValues(stage).Inc()
		if chain.KindOf(err) == chain.Retry {
			log.Warn("stage failed", "stage", stage, "block", t.Final.Number, "error", err)
			return
		}
		log.Error("stage failed", "stage", stage, "block", t.Final.Number, "error", err)
	}
	e.Ticked = func(t engine.Tick, err error) {
		m.ticks.Inc()
		m.final.Set(float64(t.Final.Number))
		m.head.Set(float64(t.Head.Number))
		m.finalTime.Set(float64(t.Final.Time))
		if errors.Is(err, engine.ErrGate) {
			m.gate.Set(1)
			return
		}
		m.gate.Set(0)
	}
	return e
}

// batchEvents are those of what Executors compute and sign.
func batchEvents(log *slog.Logger, m *Metrics, e *engine.Events) {
	e.BatchComputed = func(b engine.BatchComputed) {
		m.ran.Add(float64(b.Ran))
		log.Debug("batch computed", "set", b.Set, "number", b.Number, "block", b.EndBlock, "batch_hash", b.Hash, "state_root", b.StateRoot,
			"messages", b.Ran, "sent", b.Sent, "gas", b.Gas)
	}
	e.Joined = func(j engine.Joined) {
		m.fetched.Set(float64(j.Objects))
		said := "state is being fetched"
		if j.Whole {
			said = "state fetched"
		}
		log.Info(said, "set", j.Set, "after_batch", j.Number, "state_root", j.StateRoot, "objects", j.Objects, "bytes", j.Bytes)
	}
	e.BatchSigned = func(b engine.BatchSigned) {
		log.Debug("batch signed", "set", b.Set, "era", b.Era, "number", b.Number, "batch_hash", b.Hash)
	}
	e.BatchCommitted = func(b engine.BatchCommitted) {
		m.batches.Inc()
		log.Info("batch committed", "set", b.Set, "era", b.Era, "number", b.Number, "block", b.Block, "batch_hash", b.Hash,
			"signed", b.Signed, "late", b.Late, "executors", b.Executors)
	}
	e.BatchDiffers = func(b engine.BatchDiffers) {
		m.batchDiffers.Inc()
		log.Error("committed batch is not what was computed: nothing is signed for this set any more", "set", b.Set, "era", b.Era,
			"number", b.Number, "committed", b.Committed, "computed", b.Mine, "difference", b.Difference)
	}
	e.Contradicted = func(c engine.Contradicted) {
		m.contradictions.Inc()
		log.Error("executor signed two batches of one number", "set", c.Set, "era", c.Era, "number", c.Number, "operator", c.Operator)
	}
}

func engineEvents(log *slog.Logger, m *Metrics) (e engine.Events) {
	e.Indexed = func(i engine.Indexing) {
		m.logs.Add(float64(i.Logs))
		log.Debug("indexed", "block", i.Final.Number, "logs", i.Logs, "vaults", i.Vaults)
	}
	e.Reorganised = func(r engine.Reorganisation) {
		m.reorgs.Inc()
		log.Error("final blocks were reorganised", "from", r.From, "to", r.To)
	}
	e.Verified = func(v engine.Verification) {
		m.checks.Inc()
		log.Info("mirror verified", "set", v.Set, "era", v.Era, "block", v.Block, "compared", v.Compared)
	}
	e.MirrorDiffers = func(v engine.Verification) {
		m.differences.Inc()
		log.Error("mirror differs from the chain: nothing is done", "set", v.Set, "era", v.Era, "block", v.Block, "difference", v.Difference)
	}
	e.Elected = func(v engine.Election) {
		m.elected.WithLabelValues(fmt.Sprint(v.Set)).Set(float64(v.Elected))
		m.era.WithLabelValues(fmt.Sprint(v.Set)).Set(float64(v.Era))
		log.Info("elected", "set", v.Set, "era", v.Era, "block", v.Block, "executors", v.Elected, "operators", v.Operators, "weight", v.Total.Dec())
	}
	e.BondShort = func(b engine.Bond) {
		m.bonds.Inc()
		log.Error("bond not affordable: nothing is proposed", "set", b.Set, "era", b.Era, "block", b.Block, "need", b.Need.Dec(),
			"have", b.Have.Dec(), "limit", b.Limit.Dec(), "by", b.By)
	}
	e.Audited = func(a engine.Audited) {
		if a.Wrong == "" {
			log.Info("proposal is right", "set", a.Set, "era", a.Era, "block", a.Block, "proposer", a.Proposer, "header", a.Header)
			return
		}
		m.wrong.Inc()
		log.Warn("proposal is wrong", "set", a.Set, "era", a.Era, "block", a.Block, "proposer", a.Proposer, "header", a.Header,
			"wrong", a.Wrong, "challenge_before", a.Until)
	}
	e.Ejecting = func(j engine.Ejection) {
		log.Info("ejecting", "set", j.Set, "era", j.Era, "block", j.Block, "operator", j.Operator, "reason", j.Reason)
	}
	e.RewardsComputed = func(r engine.RewardStatement) {
		log.Info("rewards computed", "set", r.Set, "era", r.Era, "block", r.Block, "from", r.From, "to", r.To, "digest", r.Digest)
	}
	e.RewardsUncertified = func(r engine.RewardStatement) {
		log.Info("rewards lack signatures", "set", r.Set, "era", r.Era, "block", r.Block, "signed", r.Signed.Dec(), "need", r.Need.Dec())
	}
	e.RewardsDiffer = func(r engine.RewardStatement) {
		m.differ.Inc()
		log.Error("pending rewards are not what this node computes: the owner can cancel them", "set", r.Set, "era", r.Era,
			"block", r.Block, "from", r.From, "to", r.To, "digest", r.Digest, "computed", r.Computed, "cancel_before", r.Until,
			"difference", r.Difference, "file", r.File, "find_account", findAccount(r.To))
	}
	e.RewardsRefused = func(r engine.RewardsRefused) {
		m.refusedRewards.Inc()
		log.Warn("another executor's rewards are not what this node computed: not signed", "set", r.Set, "era", r.Era, "block", r.Block,
			"from", r.From, "to", r.To, "operator", r.Operator, "digest", r.Digest, "computed", r.Computed, "difference", r.Difference,
			"file", r.File, "find_account", findAccount(r.To))
	}
	batchEvents(log, m, &e)
	e.JournalUnsafe = func(u engine.Unsafe) {
		log.Warn("not signed: a lost journal may have signed for this era", "set", u.Set, "era", u.Era, "signs_from", u.From)
	}
	e.SlashCase = func(c engine.SlashCase) {
		log.Info("slash case", "case", c.Case.String(), "block", c.Block, "due", c.Verb.String(), "reason", c.Reason.Code, "until", c.Until)
	}
	e.SlashAlarm = func(c engine.SlashCase) {
		m.alarms.WithLabelValues(c.Verb.String(), c.Alarm.String()).Inc()
		level := slog.LevelWarn
		if c.Alarm >= slash.FourFifthsGone {
			level = slog.LevelError
		}
		log.Log(context.Background(), level, "slash window is running out", "case", c.Case.String(), "block", c.Block, "due", c.Verb.String(),
			"alarm", c.Alarm.String(), "closes", c.Window.Closes, "now", c.Now)
	}
	return e
}

// findAccount is the command that names the first account in which a distribution file, which whoever signed its hash has
// in rewards/, is not the right one.
func findAccount(e core.Era) string {
	return fmt.Sprintf("roster reward verify --era %d --file FILE", e)
}

func outboxEvents(log *slog.Logger, m *Metrics) (e outbox.Events) {
	say := func(level slog.Level, word string) func(outbox.Intent) {
		return func(i outbox.Intent) {
			m.intents.WithLabelValues(word).Inc()
			log.Log(context.Background(), level, "transaction "+word, "intent", i.Key, "nonce", i.Nonce, "reason", i.Reason, "tries", i.Tries)
		}
	}
	e.Sent, e.Bumped, e.Mined = say(slog.LevelInfo, "sent"), say(slog.LevelWarn, "bumped"), say(slog.LevelDebug, "mined")
	end := func(say func(outbox.Intent)) func(outbox.Intent) {
		return func(i outbox.Intent) {
			if wei, err := strconv.ParseFloat(i.Spent, 64); err == nil { // empty: nothing of ours was mined
				m.spent.Add(wei)
			}
			say(i)
		}
	}
	e.Done, e.Failed, e.Expired = end(say(slog.LevelInfo, "done")), say(slog.LevelWarn, "failed"), end(say(slog.LevelWarn, "expired"))
	e.BudgetReached = func(i outbox.Intent, need, have *big.Int) {
		m.intents.WithLabelValues("unaffordable").Inc()
		log.Error("transaction not sent: balance or budget do not hold it", "intent", i.Key, "need_wei", need, "have_wei", have, "by", i.By)
	}
	return e
}

func poolEvents(log *slog.Logger, m *Metrics) chain.PoolEvents {
	return chain.PoolEvents{
		Failed: func(endpoint string, err error) {
			m.endpoints.WithLabelValues(endpoint).Set(0)
			log.Warn("endpoint failed", "endpoint", endpoint, "error", err)
		},
		Recovered: func(endpoint string) {
			m.endpoints.WithLabelValues(endpoint).Set(1)
			log.Info("endpoint recovered", "endpoint", endpoint)
		},
		Disagreed: func(a, b, question string) {
			m.disagreements.Inc()
			log.Error("endpoints disagree", "a", a, "b", b, "question", question)
		},
	}
}
