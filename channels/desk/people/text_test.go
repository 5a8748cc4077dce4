package people_test

import (
	"html"
	"regexp"
	"strings"
)

var (
	tags = regexp.MustCompile(`<[^>]*>`)
	ref  = regexp.MustCompile(`编号 [0-9a-f]{8}`)
)

// text is what a page says, with single spaces between its parts.
func text(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
}

// reference takes the number of a fault off a page.
func reference(body string) string { return ref.ReplaceAllString(body, "") }
