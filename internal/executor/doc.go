// Package executor is what an Executor does with its key: sign statements, gather those of the others, and
// hand them in as one signed statement (protocol §5, §6).
package executor
