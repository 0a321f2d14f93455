// Package doctor looks at everything a node depends on, finds what is wrong, and says what to do: endpoints, the
// chain's contracts and times, one operator set, the vaults behind it, one operator with its keys and money, and the
// node's own file.
//
// It sends nothing and signs nothing. A check is data: what was looked at, a severity, and, where something is wrong, a
// reason with a stable code (Reasons, docs/doctor.md). One fault gives one finding where that is possible: what follows
// from a fault that was found is not said again.
package doctor
