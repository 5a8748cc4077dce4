package app

import (
	"net/http/httptest"
	"testing"

	"lianou/channels/browsertest"
)

// serveOver serves the door over a cable that can be pulled out.
func (d *door) serveOver(t *testing.T) (*httptest.Server, *browsertest.Cable) {
	t.Helper()
	return browsertest.Serve(t, d.serve(t).Config.Handler)
}
