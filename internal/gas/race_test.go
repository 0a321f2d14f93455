//go:build race

package gas

// raceDetector is on: the chain then takes many times as long, and its gas is the same.
const raceDetector = true
