//go:build !linux

package store

import "errors"

func mount(string, string) error { return errors.New("only on Linux") }
