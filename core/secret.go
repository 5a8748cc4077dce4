package core

import "unique"

// secret holds plain text that printing cannot reach. fmt ignores the methods of
// unexported fields, so a masked String on the outer type is not enough once that
// type sits inside somebody's private struct: "%+v" would walk in and print a
// string field. A unique.Handle prints as an address, and still compares with ==
// by content. The zero value is "not known".
type secret struct{ h unique.Handle[string] }

func hide(s string) secret {
	if s == "" {
		return secret{}
	}
	return secret{unique.Make(s)}
}

func (s secret) plain() string {
	if s == (secret{}) {
		return ""
	}
	return s.h.Value()
}
