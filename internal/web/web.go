// Package web is the dashboard.
package web

import "net/http"

// Handler serves the dashboard.
func Handler() http.Handler { return http.NotFoundHandler() }
