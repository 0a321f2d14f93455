package engine

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// largePage is how large a page of the larger size is on most machines: less than a few are not worth the call.
const largePage = 2 << 20

// inLargePages asks the system to give memory that was not touched yet in large pages. It may, or not: nothing but time
// depends on it.
func inLargePages(start unsafe.Pointer, size uintptr) {
	if size < 2*largePage {
		return
	}
	page := uintptr(unix.Getpagesize())
	skip := (page - uintptr(start)%page) % page
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(start, skip)), size-skip), unix.MADV_HUGEPAGE)
}
