package facts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"lianou/core"
	"lianou/core/policy"
)

// rowVersion is the first byte of every Row. Another number is another order of fields.
// Version 1 had no day of the word on events: such a row is read as it was meant, and
// migration 00598 has every one of them packed anew by the first scan after it.
const (
	rowVersion = 2
	rowUnasked = 1
)

// MaxRow bounds a Row in bytes: core.MaxMembers members of whom everything is known,
// and core.MaxShocks events, stay under it.
const MaxRow = 1 << 14

// dated are the facts that depend on the day they are asked for; a Row keeps what
// they are derived from instead.
const dated = 1<<policy.MembersCount | 1<<policy.ShockDays | 1<<policy.ShockYear | 1<<policy.DisasterYear | 1<<policy.DisasterHome

// shocksKnown is the bit of a Row's household mask that says that events were asked
// for; their list, perhaps an empty one, follows the values.
const shocksKnown = 1 << policy.ShockDays

// errRow says that bytes are no Row. Nothing of them is quoted.
var errRow = errors.New("this is no packed row of facts")

// Pack appends the Row of h to dst. births gives the day of birth of each member, in
// their order, zero where it is not known: an age without a day of birth is not kept,
// for it would be wrong a year later. Values outside the vocabulary are left out, as
// Gather leaves them out. It fails for more members or events than a household may have.
func Pack(dst []byte, h *core.Household, births []core.Date) ([]byte, error) {
	if len(h.Members) != len(births) || len(births) > core.MaxMembers {
		return dst, fmt.Errorf("pack %d members with %d days of birth", len(h.Members), len(births))
	}
	var v Vector
	v.gather(h)
	if len(v.Shocks) > core.MaxShocks {
		return dst, fmt.Errorf("pack %d events", len(v.Shocks))
	}
	dst = append(dst, rowVersion, countyNumber(h.County), byte(len(v.M)))
	dst = appendFacts(dst, v.Known&^dated|shockBit(h), v.H[:])
	if h.Shocks != nil {
		dst = appendShocks(dst, v.Shocks)
		dst = binary.AppendVarint(dst, int64(v.Asked))
	}
	for i := range v.M {
		m := &v.M[i]
		m.Known &^= 1 << policy.Age.Index()
		if !births[i].IsZero() {
			m.Set(policy.Age, day(births[i]))
		}
		dst = appendFacts(dst, uint64(m.Known), m.V[:])
	}
	return dst, nil
}

func shockBit(h *core.Household) uint64 {
	if h.Shocks == nil {
		return 0
	}
	return shocksKnown
}

// appendFacts writes a mask and the value of each of its facts; the bit of the list of
// events has no value here.
func appendFacts(dst []byte, mask uint64, values []int64) []byte {
	dst = binary.AppendUvarint(dst, mask)
	for rest := mask; rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros64(rest); i != int(policy.ShockDays) || len(values) == policy.MemberFacts {
			dst = binary.AppendVarint(dst, values[i])
		}
	}
	return dst
}

func appendShocks(dst []byte, list []Shock) []byte {
	dst = append(dst, byte(len(list)))
	for _, s := range list {
		kind := byte(s.home) << 1
		if s.Disaster {
			kind |= 1
		}
		dst = append(dst, kind)
		dst = binary.AppendVarint(dst, int64(s.Date))
		dst = binary.AppendVarint(dst, int64(s.Loss))
	}
	return dst
}

// day writes a date so that it orders as the calendar does and an age needs no
// calendar to be computed.
func day(d core.Date) int64 {
	y, m, n := d.Time().Date()
	return int64(y)<<9 | int64(m)<<5 | int64(n)
}

// countyNumber is the last two digits of a county of this city, 0 for any other place:
// the general rows of the Book hold there.
func countyNumber(c core.RegionCode) byte {
	if len(c) < 6 || c[:4] != "3714" || c[4] < '0' || c[4] > '9' || c[5] < '0' || c[5] > '9' {
		return 0
	}
	return (c[4]-'0')*10 + c[5] - '0'
}
