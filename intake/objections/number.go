package objections

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/seal"
)

// The number under which somebody looks up what came of what they said: eleven digits and
// one that tells a slip of the tongue. It follows from the sender and their key, so that the
// same again has the same number and nobody has to keep it. It opens general words alone.
const (
	digits  = 11
	numbers = 100_000_000_000
)

// Number is what a sender is given; try counts from 0, for a number that is somebody else's.
func Number(b seal.Blinder, sender, key []byte, try int) string {
	sum := b.Blind("objection.number", hex.EncodeToString(sender)+" "+hex.EncodeToString(key)+" "+strconv.Itoa(try))
	body := fmt.Sprintf("%011d", binary.BigEndian.Uint64(sum)%numbers)
	return body + string(core.DammDigit(body))
}

// Mark is the keyed hash by which a number is found.
func Mark(b seal.Blinder, number string) []byte { return b.Blind("objection.receipt", number) }

// Citizen is what speaks where an account stands behind it.
const Citizen = "citizen"

// Sender is the keyed hash of who speaks: what is Citizen, "device", "phone", or "form" for what is
// written down once by nobody known, and which of them. An address is nobody: a village may
// stand behind one.
func Sender(b seal.Blinder, what, which string) []byte {
	return b.Blind("objection.sender", what+" "+which)
}

// Key is the keyed hash of what a client chose once.
func Key(b seal.Blinder, key string) []byte { return b.Blind("objection.key", key) }

// ErrNumber is the answer to what is no number of an opinion.
var ErrNumber = core.Invalid("number", "意见回执号是 12 位数字,请对着再看一遍。")

// ParseNumber reads one as people write it, with spaces or hyphens, in either width of
// digits. Errors: ErrNumber.
func ParseNumber(s string) (string, error) {
	if len(s) > 64 {
		return "", ErrNumber
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u3000' || r == '\t':
			return -1
		case r >= '\uff10' && r <= '\uff19':
			return r - '\uff10' + '0'
		}
		return r
	}, s)
	if len(plain) != digits+1 || strings.Trim(plain, "0123456789") != "" || core.DammDigit(plain[:digits]) != plain[digits] {
		return "", ErrNumber
	}
	return plain, nil
}

// Spoken groups a number by four, as it is read aloud and printed.
func Spoken(number string) string {
	if len(number) != digits+1 {
		return number
	}
	return number[:4] + " " + number[4:8] + " " + number[8:]
}
