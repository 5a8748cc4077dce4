package staff

import (
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"lianou/core"
)

// One-time codes by time (动态口令, RFC 6238) as every authenticator app reckons them: SHA-1, six
// digits, thirty seconds. GM/T 0021 is the Chinese standard for the same thing with SM3; no app for
// phones speaks it, so a city that needs it brings devices of its own.
const (
	codeDigits = 6
	codeStep   = 30 * time.Second
	codeSkew   = 1 // steps before and after: a phone's clock, and the time that typing takes (RFC 6238, 5.2)
	secretSize = 20
)

// paperLetters are those of codes on paper: none is taken for another, whoever writes them down.
const (
	paperLetters = "abcdefghjkmnpqrstuvwxyz23456789"
	paperLength  = 10 // 49 bits
)

// letters writes a secret as apps take it typed.
var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// ErrCode is the answer to a code that is wrong, was used before, or is of another time. It does
// not say which: whoever guesses learns nothing.
var ErrCode = core.Invalid("code", "口令不对,或者已经用过一次。请等手机上换出下一个,再填。")

// shown is a code as somebody typed it.
type shown struct {
	text  string
	paper bool // one of the codes on paper
}

// readCode reads what was typed: six digits, or a code on paper. Spaces, strokes, capitals and the
// wide characters of a Chinese keyboard are as good. Errors: ErrCode.
func readCode(typed string) (shown, error) {
	if len(typed) > 64 {
		return shown{}, ErrCode
	}
	var b strings.Builder
	for _, r := range typed {
		if r >= '!'+0xfee0 && r <= '~'+0xfee0 {
			r -= 0xfee0 // full width
		}
		switch {
		case r == ' ' || r == '-' || r == '\t' || r == '\u3000' || r == '—':
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r + 'a' - 'A')
		default:
			b.WriteRune(r)
		}
	}
	text := b.String()
	switch {
	case len(text) == codeDigits && strings.Trim(text, "0123456789") == "":
		return shown{text: text}, nil
	case len(text) == paperLength && strings.Trim(text, paperLetters) == "":
		return shown{text: text, paper: true}, nil
	}
	return shown{}, ErrCode
}

// stepOf numbers the thirty seconds that a time lies in.
func stepOf(t time.Time) int64 { return t.Unix() / int64(codeStep/time.Second) }

// matchStep finds the step, around now and above last, whose code was typed; 0 for none. All of
// them are computed whatever comes out, and compared in constant time.
func matchStep(secret []byte, code string, now time.Time, last int64) (int64, error) {
	found, at := int64(0), stepOf(now)
	for step := at - codeSkew; step <= at+codeSkew; step++ {
		if step <= 0 {
			continue
		}
		ok, err := hotp.ValidateCustom(code, uint64(step), letters.EncodeToString(secret), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, core.E(core.KindInternal, "second_code", "").Wrap(err)
		}
		if ok && step > last {
			found = step
		}
	}
	return found, nil
}
