package policy

import (
	"fmt"
	"strings"
)

// A Text is a Chinese sentence with places for {value}, {limit} and {member},
// taken apart once so that explaining costs no parsing.
type Text struct {
	src   string
	parts []textPart
}

type textPart struct {
	lit  string
	slot slot
}

type slot uint8

const (
	slotNone slot = iota
	slotValue
	slotLimit
	slotMember
)

func parseText(src string) (Text, error) {
	t := Text{src: src}
	for rest := src; rest != ""; {
		lit, after, open := strings.Cut(rest, "{")
		if lit != "" {
			t.parts = append(t.parts, textPart{lit: lit})
		}
		if !open {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		s, known := map[string]slot{"value": slotValue, "limit": slotLimit, "member": slotMember}[name]
		if !closed || !known {
			return Text{}, fmt.Errorf("sentence %q has an unknown place {%s}", src, name)
		}
		t.parts = append(t.parts, textPart{slot: s})
		rest = tail
	}
	return t, nil
}

// Append writes the sentence to buf with its places filled. The fillings are
// already spoken Chinese; value and limit may be pieces of buf itself.
func (t *Text) Append(buf []byte, member string, value, limit []byte) []byte {
	for i := range t.parts {
		switch p := &t.parts[i]; p.slot {
		case slotValue:
			buf = append(buf, value...)
		case slotLimit:
			buf = append(buf, limit...)
		case slotMember:
			buf = append(buf, member...)
		default:
			buf = append(buf, p.lit...)
		}
	}
	return buf
}

// String gives the sentence as written, places included.
func (t *Text) String() string { return t.src }

// Plain reports that the sentence has no places: it can be used as it is.
func (t *Text) Plain() bool { return len(t.parts) == 1 && t.parts[0].slot == slotNone }
