package e2e

import (
	"net/http"
	"regexp"
	"testing"
)

// The shapes of what must not stand in full on any page: an ID number, a mobile
// number, a bank card.
var (
	idShape    = regexp.MustCompile(`\b[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]\b`)
	phoneShape = regexp.MustCompile(`\b1[3-9]\d{9}\b`)
	cardShape  = regexp.MustCompile(`\b62\d{14,17}\b`)
)

// openNumber are the pages that show one number in full, each time with an entry: the
// agent calls it back and types it into the request.
var openNumber = map[string]bool{"/agent/call/{call}": true}

// P22: no page of the table shows a number in full, to none of the roles that may
// open it; a new page is held to it without a change here. It comes after the stories.
// Control: casefile.View that gives ContactPhone with Reveal.
func TestPagesMaskNumbers(t *testing.T) {
	d := aCase(t)
	in := sessions(t)
	for _, r := range table() {
		if r.Method != http.MethodGet || openNumber[r.Path] {
			continue
		}
		for _, role := range r.Roles {
			status, body, h := ask(t, in[role], r.Method, path(r, d, ""))
			if h.Get("Content-Type") == "audio/wav" || status != http.StatusOK && status != http.StatusNotFound {
				continue
			}
			for what, shape := range map[string]*regexp.Regexp{"an ID number": idShape, "a phone": phoneShape, "a card": cardShape} {
				if hit := shape.FindString(body); hit != "" {
					t.Errorf("GET %s shows %s to %s: %s...", r.Path, what, role, hit[:6])
				}
			}
		}
	}
}
