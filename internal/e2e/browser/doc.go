// Package browser has the tests of the dashboard in a real browser: Chromium without a screen, on the networks of the demo's
// story and of a fleet of nodes, with a wallet in the page that signs with a key of the devnet. What the browser does stands in
// internal/web/e2e; make e2e runs it.
package browser
