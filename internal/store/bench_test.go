package store

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// stepLogs is how many logs a step of the replay has: about what providers answer at once.
const stepLogs = 1000

// replay is a synthetic history: 5 logs in a block, of 1,000 contracts that emit 8 kinds of events each, three topics
// and 64 to 96 bytes of data.
type replay struct{ logs []types.Log }

// fill makes the logs of one step, and returns the step's block. Making them is no part of what is measured.
func (r *replay) fill(step int) Position {
	r.logs = r.logs[:0]
	for i := range stepLogs {
		n := uint64(step*stepLogs + i)
		block := at(0, 1+n/5)
		noise := word(n)
		random := binary.BigEndian.Uint64(noise[:])
		data := make([]byte, 64+random>>32%33)
		copy(data, noise[:])
		r.logs = append(r.logs, types.Log{
			Address: account(random % 1000), BlockNumber: block.Number, BlockHash: common.Hash(block.Hash),
			BlockTimestamp: uint64(block.Time), TxHash: noise, TxIndex: uint(n % 5), Index: uint(n % 5), Data: data,
			Topics: []common.Hash{word(random >> 16 % 8), noise, word(random % 1000)},
		})
	}
	return at(0, uint64((step+1)*stepLogs/5))
}

// peak is the process's greatest resident memory in bytes since the last call of fresh, 0 where /proc does not tell.
func peak() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kB, _ := strconv.Atoi(fields[0])
	return float64(kB) * 1024
}

// fresh makes the present memory the greatest one.
func fresh() {
	runtime.GC()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // no such file on other systems
}

// spent is the processor time that this process used so far.
func spent() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkReplay stores a history in steps of 1,000 logs: every step a transaction that is on disk, SQLite's sync and
// checkpoints included. events/s is over the whole history, last/s over its last tenth; events/cpu-s is by processor
// time, which other processes on the machine disturb less. Run it with -cpu 1 for one core.
func BenchmarkReplay(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				replayOnce(b, n)
			}
		})
	}
}

func replayOnce(b *testing.B, n int) {
	path := place(b, "node.db")
	s, err := Open(b.Context(), path)
	must(b, err)
	defer s.Close()
	fresh()
	var all, last, cpu time.Duration
	var from Position
	var r replay
	steps := n / stepLogs
	b.StopTimer()
	for step := range steps {
		to := r.fill(step)
		b.StartTimer()
		start, used := time.Now(), spent()
		must(b, s.Advance(b.Context(), from, to, r.logs, nil))
		took := time.Since(start)
		cpu += spent() - used
		b.StopTimer()
		from = to
		all += took
		if step >= steps*9/10 {
			last += took
		}
	}
	b.ReportMetric(float64(n)/all.Seconds(), "events/s")
	b.ReportMetric(float64(n)/cpu.Seconds(), "events/cpu-s")
	b.ReportMetric(float64(n)/10/last.Seconds(), "last/s")
	b.ReportMetric(peak(), "peak-bytes")
	info, err := os.Stat(path)
	must(b, err)
	b.ReportMetric(float64(info.Size())/float64(n), "disk-bytes/event")
	b.StartTimer()
}

// BenchmarkRead reads a history of 1,000,000 logs back: all of it, and by address and topics over all blocks; and opens
// the file, with its check.
func BenchmarkRead(b *testing.B) {
	const n = 1_000_000
	path := place(b, "node.db")
	s, err := Open(b.Context(), path)
	must(b, err)
	var from Position
	var r replay
	for step := range n / stepLogs {
		to := r.fill(step)
		must(b, s.Advance(b.Context(), from, to, r.logs, nil))
		from = to
	}
	r.logs = nil
	b.Run("EachLog", func(b *testing.B) {
		fresh()
		for range b.N {
			count := 0
			must(b, s.EachLog(b.Context(), func(types.Log) error { count++; return nil }))
			if count != n {
				b.Fatalf("%d logs, want %d", count, n)
			}
		}
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(peak(), "peak-bytes")
	})
	for _, addresses := range []int{1, 100} {
		query := ethereum.FilterQuery{Topics: [][]common.Hash{{word(3)}}}
		for i := range addresses {
			query.Addresses = append(query.Addresses, account(uint64(i)))
		}
		b.Run(fmt.Sprintf("FilterLogs/%d", addresses), func(b *testing.B) {
			found := 0
			for range b.N {
				logs, err := s.FilterLogs(b.Context(), query)
				must(b, err)
				found = len(logs)
			}
			b.ReportMetric(float64(found), "found")
		})
	}
	must(b, s.Close())
	b.Run("Open", func(b *testing.B) {
		for range b.N {
			s, err := Open(b.Context(), path)
			must(b, err)
			must(b, s.Close())
		}
	})
}
