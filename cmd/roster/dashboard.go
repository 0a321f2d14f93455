package main

import (
	"fmt"
	"net"
)

// dashboardDefault is where a node's dashboard is, unless told otherwise.
const dashboardDefault = "127.0.0.1:9635"

// checkDashboard says what is wrong with where a dashboard is to be, before a chain is built for it.
func checkDashboard(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--dashboard %q: want host:port, as %s", address, dashboardDefault)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--dashboard %q: other machines would reach it; use 127.0.0.1", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("--dashboard %s: %w; another process listens there: end it, or choose another port", address, err)
	}
	return listener.Close()
}
