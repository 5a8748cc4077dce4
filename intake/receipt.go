package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"lianou/core"
)

// numbers is how many different receipt numbers there are: nine digits.
const numbers = 1_000_000_000

// ParseReceipt reads a receipt number as people write it, with spaces or
// hyphens. Errors are KindInvalid.
func ParseReceipt(s string) (core.Receipt, error) {
	bad := core.Invalid("receipt", "回执号是 10 位数字,请对着短信再看一遍。")
	if len(s) > 32 {
		return "", bad
	}
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	if len(s) != 10 || strings.Trim(s, "0123456789") != "" || core.DammDigit(s[:9]) != s[9] {
		return "", bad
	}
	return core.Receipt(s), nil
}

// Spoken groups a receipt number 4-4-2, as it is read aloud and printed.
func Spoken(r core.Receipt) string {
	if len(r) != 10 {
		return string(r)
	}
	return string(r[:4]) + " " + string(r[4:8]) + " " + string(r[8:])
}

// permutation maps 0..999,999,999 onto itself under a key, so that neighbouring
// numbers tell nothing about how many came before.
type permutation struct{ key []byte }

// rounds of the Feistel network; four are the least that hide structure, eight
// cost nothing that anybody could notice.
const rounds = 8

// receipt names the index-th submission. The network works on 2 x 15 bits,
// which covers a little more than a milliard; walking the cycle until the value
// falls inside keeps it a permutation.
func (p permutation) receipt(index int64) core.Receipt {
	v := uint32(index)
	for {
		v = p.feistel(v)
		if v < numbers {
			break
		}
	}
	digits := fmt.Sprintf("%09d", v)
	return core.Receipt(digits + string(core.DammDigit(digits)))
}

func (p permutation) feistel(v uint32) uint32 {
	const half, mask = 15, 1<<15 - 1
	left, right := v>>half, v&mask
	mac := hmac.New(sha256.New, p.key)
	var in [5]byte
	var out [sha256.Size]byte
	for r := range rounds {
		mac.Reset()
		in[0] = byte(r)
		binary.BigEndian.PutUint32(in[1:], right)
		mac.Write(in[:])
		left, right = right, left^(binary.BigEndian.Uint32(mac.Sum(out[:0]))&mask)
	}
	return left<<half | right
}
