// Package era is the clock: when an era starts, when its stake is read, when it may be sealed, proposed,
// challenged, signed under, reported and closed (protocol §2, §4, §8); and the chain of inequalities that
// keeps a stake slashable for as long as it can misbehave, with an explanation in words and numbers.
//
// Time is an argument everywhere. Moments that would not fit in 64 bits are Never, moments before 1970 are
// 0: no sum here wraps around. Times that pass Check are far from both.
package era
