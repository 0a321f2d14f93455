package slash

import "github.com/gear-tech/roster/core"

// Window is a span of time in which a step may be taken, both ends included. A window that closes before it
// opens is none.
type Window struct {
	Opens  core.Time // first second
	Closes core.Time // last second
}

// Alarm says how much of a window has gone by without the step.
type Alarm uint8

// The alarms, each worse than the one before.
const (
	Calm           Alarm = iota // not open, or less than half is gone
	HalfGone                    // half: the machine that should have acted has not
	FourFifthsGone              // four fifths: a human must act
	Over                        // too late
)

// String names the alarm.
func (a Alarm) String() string {
	return [...]string{"calm", "half gone", "four fifths gone", "over"}[min(a, Over)]
}

// Half is the second from which half of the window is gone, rounded down: the alarm comes rather early.
func (w Window) Half() core.Time { return w.Opens + w.length()/2 }

// FourFifths is the second from which four fifths of the window are gone, rounded down.
func (w Window) FourFifths() core.Time {
	fifth := w.length() / 5
	if w.length()%5 != 0 {
		fifth++ // ⌊4n/5⌋ = n − ⌈n/5⌉: nothing is multiplied, so nothing overflows
	}
	return w.Opens + w.length() - fifth
}

// Alarm returns how urgent the step is now.
func (w Window) Alarm(now core.Time) Alarm {
	switch {
	case now > w.Closes:
		return Over
	case now < w.Opens || now < w.Half():
		return Calm
	case now < w.FourFifths():
		return HalfGone
	}
	return FourFifthsGone
}

// Contains reports whether the step may be taken now.
func (w Window) Contains(now core.Time) bool { return w.Opens <= now && now <= w.Closes }

func (w Window) length() core.Time {
	if w.Closes < w.Opens {
		return 0
	}
	return w.Closes - w.Opens
}
