package era

import (
	"flag"
	"math/big"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
)

var update = flag.Bool("update", false, "rewrite testdata")

// Protocol §2, table: both columns satisfy the chain.
func TestPresets(t *testing.T) {
	for name, times := range map[string]Times{"mainnet": Mainnet(), "devnet": Devnet()} {
		if findings := Check(times); !OK(findings) {
			t.Errorf("%s:\n%s", name, Explain(findings))
		}
	}
}

// Protocol §2, table, "last line": 164 ≤ 168 h, a 7-day vault's veto may last up to 28 h; 340 ≤ 360 s.
func TestLastLine(t *testing.T) {
	const h = 3600
	for _, c := range []struct {
		name        string
		times       Times
		epoch, veto core.Time
		need        core.Time
		codes       []string
	}{
		{"mainnet, 7 days", Mainnet(), 168 * h, 24 * h, 164 * h, nil},
		{"mainnet, veto 28 h", Mainnet(), 168 * h, 28 * h, 168 * h, nil},
		{"mainnet, veto a second longer", Mainnet(), 168 * h, 28*h + 1, 168*h + 1, []string{"vault_epoch_too_short"}},
		{"mainnet, 14 days", Mainnet(), 336 * h, 24 * h, 164 * h, nil},
		{"vault with an endless epoch", Mainnet(), 336*h + 1, 24 * h, 164 * h, []string{"vault_epoch_too_long"}},
		{"vault without veto", Mainnet(), 168 * h, 0, 140 * h, []string{"veto_too_short"}},
		{"devnet", Devnet(), 360, 20, 340, nil},
		{"devnet, short epoch", Devnet(), 339, 20, 340, []string{"vault_epoch_too_short"}},
		{"hostile veto", Devnet(), 360, Never, Never, []string{"vault_epoch_too_short"}},
		{"hostile veto and epoch", Devnet(), Never, Never, Never, []string{"vault_epoch_too_long", "vault_epoch_too_short"}},
		{"hostile epoch", Devnet(), Never - 1, 20, 340, []string{"vault_epoch_too_long"}},
	} {
		findings := CheckVault(c.times, c.epoch, c.veto)
		if got := failed(findings); !slices.Equal(got, c.codes) {
			t.Errorf("%s: fails %v, want %v", c.name, got, c.codes)
		}
		if got := findings[1].Need; got != c.need {
			t.Errorf("%s: the chain needs %d, want %d", c.name, got, c.need)
		}
	}
}

// Each inequality of protocol §2 holds with equality and fails one second beyond it, alone.
func TestEachInequality(t *testing.T) {
	base := Times{EraDuration: 100, ElectionLead: 50, SetLifetime: 200, ChallengeWindow: 10, DetectionWindow: 40,
		RequestWindow: 10, ExecutionWindow: 20, SignersWindow: 9, RewardDelay: 30, FinalityLag: 8, InclusionMargin: 5,
		Notice: 5000, MinVeto: 20, MaxVaultEpoch: 1000}
	for _, c := range []struct {
		code string
		at   func(x *Times, beyond core.Time)
	}{
		{"lead_too_short", func(x *Times, b core.Time) { x.ElectionLead = 8 + 5 + 20 - b }},
		{"lead_beyond_era", func(x *Times, b core.Time) { x.ElectionLead, x.SetLifetime = 100+b, 300 }},
		{"lifetime_too_short", func(x *Times, b core.Time) { x.SetLifetime = 150 - b }},
		{"detection_too_short", func(x *Times, b core.Time) { x.DetectionWindow = 13 - b }},
		{"challenge_too_short", func(x *Times, b core.Time) { x.ChallengeWindow = 5 - b }},
		{"request_too_short", func(x *Times, b core.Time) { x.RequestWindow = 5 - b }},
		{"execution_too_short", func(x *Times, b core.Time) { x.ExecutionWindow = 5 - b }},
		{"execution_beyond_era", func(x *Times, b core.Time) { x.ExecutionWindow = 100 + b }},
		{"delay_beyond_era", func(x *Times, b core.Time) { x.RewardDelay = 100 + b }},
		{"epoch_beyond_eras", func(x *Times, b core.Time) { x.Notice, x.MaxVaultEpoch = 20_000, 6400+b }},
		{"notice_too_short", func(x *Times, b core.Time) { x.Notice = 2000 - b }},
		{"no_vault_possible", func(x *Times, b core.Time) { x.MaxVaultEpoch = 340 - b }},
		{"duration_zero", func(x *Times, b core.Time) { x.SignersWindow = 1 - b }},
		{"duration_too_long", func(x *Times, b core.Time) { x.Notice = 1<<48 - 1 + b }},
	} {
		for beyond, want := range [][]string{nil, {c.code}} {
			x := base
			c.at(&x, core.Time(beyond))
			if got := failed(Check(x)); !slices.Equal(got, want) {
				t.Errorf("%s, %d beyond: fails %v, want %v", c.code, beyond, got, want)
			}
		}
	}
}

// Protocol §2: genesis ≥ deployment + electionLead.
func TestGenesis(t *testing.T) {
	d := devnet()
	if got := failed(CheckDeployment(d, d.Genesis-60)); got != nil {
		t.Errorf("genesis a lead after the deployment: fails %v", got)
	}
	if got := failed(CheckDeployment(d, d.Genesis-59)); !slices.Equal(got, []string{"genesis_too_early"}) {
		t.Errorf("genesis a second earlier: fails %v", got)
	}
	d.Genesis = 0
	if got := failed(CheckDeployment(d, 5)); !slices.Equal(got, []string{"genesis_too_early"}) {
		t.Errorf("genesis 0: fails %v", got)
	}
}

// Protocol §2: "Between D(e−1) and capture(e) + epochDuration at least an era is left", whenever the chain
// holds.
func TestAnEraIsLeft(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	tried := 0
	for range 60_000 {
		x := randomTimes(random)
		epoch, veto := core.Time(random.Intn(2000)), core.Time(random.Intn(60))
		if !OK(Check(x)) || !OK(CheckVault(x, epoch, veto)) {
			continue
		}
		tried++
		x.Genesis = 10_000
		e := core.Era(1 + random.Intn(100))
		older, _ := x.OlderDeadline(e)
		if x.SlashableUntil(e, epoch) < older+x.EraDuration {
			t.Fatalf("%+v with an epoch of %d: slashable until %d, D(e−1) is %d", x, epoch, x.SlashableUntil(e, epoch), older)
		}
	}
	if tried < 1000 {
		t.Fatalf("only %d times satisfied the chain", tried)
	}
}

func randomTimes(r *rand.Rand) Times {
	upTo := func(n int) core.Time { return core.Time(1 + r.Intn(n)) }
	x := Times{EraDuration: 50 + upTo(100), FinalityLag: upTo(10), InclusionMargin: upTo(5), ChallengeWindow: 3 + upTo(10),
		RequestWindow: 3 + upTo(20), ExecutionWindow: 3 + upTo(40), SignersWindow: upTo(50), RewardDelay: upTo(50),
		MinVeto: upTo(20), MaxVaultEpoch: 300 + upTo(1000), Notice: 2000 + upTo(2000)}
	x.ElectionLead = 30 + upTo(60)
	x.SetLifetime = x.EraDuration + x.ElectionLead - 5 + upTo(50)
	x.DetectionWindow = 8 + upTo(30)
	return x
}

// FuzzCheck compares the verdict with the chain written out in unbounded integers.
func FuzzCheck(f *testing.F) {
	for _, x := range []Times{Mainnet(), Devnet(), {}} {
		f.Add(uint64(x.EraDuration), uint64(x.ElectionLead), uint64(x.SetLifetime), uint64(x.ChallengeWindow), uint64(x.DetectionWindow),
			uint64(x.RequestWindow), uint64(x.ExecutionWindow), uint64(x.FinalityLag), uint64(x.InclusionMargin),
			uint64(x.Notice), uint64(x.MinVeto), uint64(x.MaxVaultEpoch))
	}
	top := ^uint64(0)
	f.Add(top, top, top, top, top, top, top, top, top, top, top, top)
	f.Add(top/2, uint64(8), top/2, uint64(2), uint64(2), uint64(1), uint64(1), uint64(1), uint64(1), top, uint64(1), top/2)
	f.Fuzz(func(t *testing.T, duration, lead, lifetime, challenge, detection, request, execution, lag, margin, notice, veto, epoch uint64) {
		x := Times{EraDuration: core.Time(duration), ElectionLead: core.Time(lead), SetLifetime: core.Time(lifetime),
			ChallengeWindow: core.Time(challenge), DetectionWindow: core.Time(detection), RequestWindow: core.Time(request),
			ExecutionWindow: core.Time(execution), SignersWindow: 7, RewardDelay: 1, FinalityLag: core.Time(lag),
			InclusionMargin: core.Time(margin), Notice: core.Time(notice), MinVeto: core.Time(veto), MaxVaultEpoch: core.Time(epoch)}
		sum := func(terms ...uint64) *big.Int {
			total := new(big.Int)
			for _, term := range terms {
				total.Add(total, n(term))
			}
			return total
		}
		want := true
		atMost := func(a, b *big.Int) { want = want && a.Cmp(b) <= 0 }
		atMost(sum(lag, margin, challenge, challenge), sum(lead))
		atMost(sum(lead), sum(duration))
		atMost(sum(duration, lead), sum(lifetime))
		atMost(sum(lag, margin), sum(detection))
		atMost(sum(margin), sum(challenge))
		atMost(sum(margin), sum(request))
		atMost(sum(margin), sum(execution))
		atMost(sum(execution), sum(duration))
		atMost(sum(epoch), new(big.Int).Mul(n(64), n(duration)))
		atMost(sum(epoch, epoch), sum(notice))
		atMost(sum(lead, lifetime, detection, request, veto, execution), sum(epoch))
		for _, d := range []uint64{duration, lead, lifetime, challenge, detection, request, execution, lag, margin, notice, veto, epoch} {
			want = want && 1 <= d && d < 1<<48
		}
		if findings := Check(x); OK(findings) != want {
			t.Errorf("want %v of\n%s", want, Explain(findings))
		}
	})
}

// The explanation of both presets, one that fails and one beyond 64 bits, word for word.
func TestExplain(t *testing.T) {
	short := Devnet()
	short.ElectionLead, short.Notice = 44, Never
	text := "mainnet, deployed in time, with a 7-day vault\n"
	main := Mainnet()
	main.Genesis = 1_800_000_000
	text += Explain(CheckDeployment(main, 1_799_900_000)) + Explain(CheckVault(main, 7*24*hour, 24*hour))
	text += "\ndevnet\n" + Explain(Check(Devnet())) + Explain(CheckVault(Devnet(), 360, 20))
	text += "\ndevnet, broken\n" + Explain(Check(short)) + Explain(CheckVault(short, 300, Never))
	const path = "testdata/explain.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("explanation changed (go test ./core/era -update rewrites it):\n%s", text)
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if seen[r.Code] || r.Code == "" || r.Short == "" || !strings.HasSuffix(r.Long, ".") {
			t.Errorf("reason %q is double or without text", r.Code)
		}
		seen[r.Code] = true
	}
	for _, f := range append(CheckDeployment(Devnet(), 0), CheckVault(Devnet(), 0, 0)...) {
		if !seen[f.Code] {
			t.Errorf("finding %q is not in the table", f.Code)
		}
		delete(seen, f.Code)
	}
	if len(seen) != 0 {
		t.Errorf("reasons that nothing finds: %v", seen)
	}
}

// failed returns the sorted codes of the findings that are not OK, nil for none.
func failed(findings []Finding) []string {
	var codes []string
	for _, f := range findings {
		if !f.OK {
			codes = append(codes, f.Code)
		}
	}
	slices.Sort(codes)
	return codes
}
