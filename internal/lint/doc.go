// Package lint is the rules of the house as tests, and nothing else: who may import whom, what core may not
// touch, how long a file may be, which documents must be up to date. A rule that cannot be checked here is in
// docs/architecture.md.
package lint
