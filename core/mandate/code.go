package mandate

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"lianou/core"
)

// Code is what a person reads out to who shall help them: eight digits, the last a check
// digit. It is no secret by itself: only with the name of who gave it does it open
// anything, once and for a day.
type Code string

const codes = 10_000_000 // different codes; a guess needs a name that goes with it as well

// newCode draws a code.
func newCode() (Code, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(codes))
	if err != nil {
		return "", err
	}
	digits := fmt.Sprintf("%07d", n)
	return Code(digits + string(core.DammDigit(digits))), nil
}

// ParseCode reads a code as people write it, with spaces or hyphens. Errors are KindInvalid:
// a digit that was misheard is told from a code that is over.
func ParseCode(s string) (Code, error) {
	bad := core.Invalid("code", "代办码是 8 位数字,听错了一位。请让对方再念一遍。")
	if len(s) > 32 {
		return "", bad
	}
	s = strings.NewReplacer(" ", "", "-", "", " ", "").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r >= '\uff10' && r <= '\uff19' { // typed on a Chinese keyboard
			return r - '\uff10' + '0'
		}
		return r
	}, s)
	if len(s) != 8 || strings.Trim(s, "0123456789") != "" || core.DammDigit(s[:7]) != s[7] {
		return "", bad
	}
	return Code(s), nil
}

// Spoken groups a code 4-4, as it is read aloud.
func (c Code) Spoken() string {
	if len(c) != 8 {
		return string(c)
	}
	return string(c[:4]) + " " + string(c[4:])
}
