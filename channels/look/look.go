// Package look is the one copy of the product's colours, type sizes and spacing:
// tokens.css, which every page of ours loads before its own rules; and its sign, the
// slice of a lotus root, which browsers ask for beside every page.
//
// It must not hold a rule of any page, and nothing else may define these names.
package look

import (
	_ "embed"
	"net/http"
	"strings"
	"time"
)

//go:embed tokens.css
var tokens string

//go:embed icon.svg
var icon string

// File is the name the tokens are served under, beside a page's own files.
const File = "tokens.css"

// Tokens is the style sheet.
func Tokens() string { return tokens }

// Serve answers with the style sheet; how long it may be kept is the caller's to say.
func Serve(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, File, time.Time{}, strings.NewReader(tokens))
}

// IconPath is where browsers look for the sign of a site.
const IconPath = "/favicon.ico"

// Icon answers with the sign.
func Icon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(icon))
}
