//go:build !linux

package engine

import "unsafe"

// inLargePages does nothing here.
func inLargePages(unsafe.Pointer, uintptr) {}
