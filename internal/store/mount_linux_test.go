package store

import (
	"strings"
	"syscall"
)

// mount puts a disk in memory at a folder, or changes its size.
func mount(folder, options string) error {
	var flags uintptr
	if rest, ok := strings.CutPrefix(options, "remount,"); ok {
		options, flags = rest, syscall.MS_REMOUNT
	}
	return syscall.Mount("tmpfs", folder, "tmpfs", flags, options)
}
