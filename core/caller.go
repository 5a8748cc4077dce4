package core

import (
	"regexp"
	"strings"
)

// behind is what exchanges and people put behind a number: an extension, a second
// number, a name.
var behind = regexp.MustCompile(`(?i)(转|分机|ext\.?|x|#|\*|,|;|/|、|或|p).*$`)

// CallerPhone reads a number as an exchange shows it or a form holds it: with +86, 0086
// or 86 before it, with the 0 that was dialled for a mobile far away, in full-width
// digits, with an extension or a second number behind it. It gives the zero Phone for
// what is no number of the mainland: a caller may withhold it, and a call without a
// number is still a call.
func CallerPhone(s string) Phone {
	if len(s) > 80 {
		return Phone{}
	}
	s = strings.Map(plain, strings.TrimSpace(s))
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		s = strings.TrimPrefix(s, scheme)
	}
	s, _, _ = strings.Cut(s, "@")
	s = behind.ReplaceAllString(s, "")
	s = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086")
	for _, said := range []string{s, strings.TrimPrefix(s, "86")} {
		if far := strings.TrimPrefix(said, "0"); mobile.MatchString(far) {
			said = far
		}
		if phone, err := ParsePhone(said); err == nil {
			return phone
		}
	}
	return Phone{}
}

// mobile is what no landline looks like: no area code begins with 01 and a digit above 2.
var mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// plain turns full-width signs into their plain ones (U+FF01 to U+FF5E).
func plain(r rune) rune {
	if r >= '\uff01' && r <= '\uff5e' {
		return r - '\uff01' + '!'
	}
	return r
}
