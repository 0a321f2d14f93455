//go:build !race

package gas

const raceDetector = false
